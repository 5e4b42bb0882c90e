/** People who already have an account: what a journey takes for granted happens over plain HTTP. */
import { expect, type Page } from 'playwright/test'

export const password = 'tea at the harbour'

/** With files if it is form data. */
type Form = Record<string, string> | FormData

export interface Person {
  username: string
  email: string
  /** The session that came with the account, for pages that are visited without signing in first. */
  cookie: { name: string; value: string; url: string }
  /** Publishes a post and answers its path. */
  publish(body: string, options?: Record<string, string>): Promise<string>
  follow(other: Person): Promise<void>
  send(path: string, form: Form): Promise<Response>
}

export async function createPerson(url: string, username: string): Promise<Person> {
  const email = `${username}@example.com`
  const response = await sendForm(`${url}/sign-up`, { username, email, password })
  const pair = response.headers.getSetCookie().find(header => header.startsWith('session=')) ?? ''
  const [name = '', value = ''] = pair.split(/[=;]/)
  const send = (path: string, form: Form) => sendForm(url + path, form, `${name}=${value}`)
  const publish = async (body: string, options: Record<string, string> = {}) => {
    await send('/posts', { body, ...options })
    return newestPost(`${url}/@${username}`)
  }
  const follow = async (other: Person) => void (await send(`/@${other.username}/follow`, {}))
  return { username, email, cookie: { name, value, url }, publish, follow, send }
}

/** Every form that is accepted is answered with a redirect. */
async function sendForm(url: string, form: Form, cookie = ''): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    body: form instanceof FormData ? form : new URLSearchParams(form),
    headers: { cookie, 'accept-language': 'en' },
    redirect: 'manual',
  })
  if (response.status !== 303) throw new Error(`${url} answered ${response.status}`)
  return response
}

async function newestPost(profile: string): Promise<string> {
  const text = await (await fetch(profile)).text()
  return /href="(\/posts\/\d+)"/.exec(text)?.[1] ?? ''
}

/** Signs in as a person does. */
export async function signIn(page: Page, { username }: Person): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('Username or email').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('/')
}

/** Publishes from the composer of the page that is open. */
export async function publish(page: Page, body: string): Promise<void> {
  await page.getByLabel('What’s on your mind?').fill(body)
  // The page may still say so of the post before.
  const published = page.waitForResponse(
    answer => answer.request().method() === 'POST' && answer.status() === 303,
  )
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  await published
  await expect(page.getByText('Posted.')).toBeVisible()
}
