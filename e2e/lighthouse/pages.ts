/** The pages that Lighthouse looks at, and the way there. */
import { setTimeout as delay } from 'node:timers/promises'

export type Page = { name: string; url: string; cookie?: string }

/** Of the community of the demo, with its newest post that has pictures as the permalink. */
export async function pagesOf(url: string, password: string): Promise<Page[]> {
  const explore = await (await fetch(`${url}/explore`)).text()
  const [, post = ''] = /(\/posts\/\d+)\/images\/1/.exec(explore) ?? []
  return [
    { name: 'Welcome', url: `${url}/` },
    { name: 'Explore', url: `${url}/explore` },
    { name: 'Profile', url: `${url}/@susan` },
    { name: 'Permalink', url: url + post },
    { name: 'Home, signed in', url: `${url}/`, cookie: await signIn(url, password) },
  ]
}

async function signIn(url: string, password: string): Promise<string> {
  const body = new URLSearchParams({ identifier: 'susan', password })
  const response = await fetch(`${url}/sign-in`, { method: 'POST', body, redirect: 'manual' })
  const cookies = response.headers.getSetCookie().map(cookie => cookie.split(';')[0])
  if (response.status !== 303) throw new Error(`the sign-in was answered with ${response.status}`)
  return cookies.join('; ')
}

/** Waits up to half a minute for the first good answer; `check` may throw why none will come. */
export async function until(url: string, check: () => void): Promise<void> {
  const deadline = Date.now() + 30_000
  const isReady = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isReady())) {
    check()
    if (Date.now() > deadline) throw new Error(`${url} did not answer`)
    await delay(50)
  }
}
