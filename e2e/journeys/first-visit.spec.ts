import { brotliCompressSync } from 'node:zlib'
import { test } from './community.ts'
import { pages, visit } from './pages.ts'
import { expect, type Page } from './site.ts'
import { openSlowNetwork } from './slow-network.ts'

const observe = `
  window.shifts = []
  new PerformanceObserver(list => {
    for (const { value, startTime, sources } of list.getEntries())
      window.shifts.push({ value, startTime, moved: sources.map(({ node }) => node?.outerHTML?.slice(0, 80)) })
  }).observe({ type: 'layout-shift', buffered: true })`

/** Tells when the page that was sent has been painted. A part of it may be painted before, while it is parsed. */
const tellWhenSeen = `
  document.addEventListener('readystatechange', () => requestAnimationFrame(() => requestAnimationFrame(seen)), {
    once: true,
  })`

/** After two frames, whatever was going to move has moved. */
const settled =
  'new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))'

const screens = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
}

/** Pages to which the scripts add something. */
const withScripts = [
  'welcome',
  'home with posts',
  'one’s own profile',
  'a thread',
  'new',
  'sign-in',
  'sign-up',
  'another password',
  'profile settings',
  'search',
  'conversation',
] as const

async function shifts(page: Page, { since = 0 } = {}): Promise<unknown> {
  await page.evaluate(settled)
  return page.evaluate(`window.shifts.filter(({ startTime }) => startTime >= ${since})`)
}

/** What comes with pictures, and only with them (app/images/showing.test.ts). */
const ofPictures = /\/images\/[0-9a-f]{32}\/|\/pictures\.css$|\/image-viewer\.js$/

/** The bytes that the pictures of posts are of a page: tags, descriptions and placeholders. */
function markupOfPictures(html: string): number {
  const weigh = (text: string) => brotliCompressSync(text).length
  return weigh(html) - weigh(html.replaceAll(/<ul class="images".*?<\/ul>/gs, ''))
}

test('the first visit weighs less than 30 KB without pictures', async ({ page, community }) => {
  const session = await page.context().newCDPSession(page)
  const requested = new Map<string, string>()
  const bytes: Record<string, number> = {}
  await session.send('Network.enable')
  session.on('Network.requestWillBeSent', ({ requestId, request }) => requested.set(requestId, request.url))
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes[requested.get(requestId) ?? ''] = encodedDataLength
  })
  await visit(page, pages.welcome, community)
  await expect(page.getByRole('article')).toHaveCount(25)
  await expect.poll(() => requested.size - Object.keys(bytes).length).toBe(0)
  const list = JSON.stringify(bytes, null, 2)
  const pictures = markupOfPictures(await (await page.request.get('/')).text())
  expect(requested.size, list).toBeGreaterThanOrEqual(3)
  expect(
    Object.entries(bytes).reduce((sum, [url, size]) => (ofPictures.test(url) ? sum : sum + size), 0) -
      pictures,
    list,
  ).toBeLessThan(30_000)
})

for (const [name, screen] of Object.entries(screens)) {
  test.describe(`on a ${name}`, () => {
    test.use(screen)

    test('nothing moves when the scripts of a page start', async ({ page, community }) => {
      await page.addInitScript(observe)
      let seen = Promise.withResolvers<number>()
      await page.exposeFunction('seen', (at: number) => seen.resolve(at))
      await page.addInitScript(tellWhenSeen)
      await page.route('**/js/**', async route => {
        await seen.promise
        await route.continue()
      })
      for (const place of withScripts) {
        seen = Promise.withResolvers()
        await visit(page, pages[place], community)
        expect(await shifts(page, { since: await seen.promise }), place).toEqual([])
      }
    })

    test('nor while it arrives in pieces', async ({ page, community, site }) => {
      const network = await openSlowNetwork(site.url)
      await page.addInitScript(observe)
      for (const place of ['welcome', 'home, empty'] as const) {
        await visit(page, { ...pages[place], path: () => network.url }, community)
        expect.soft(await shifts(page), place).toEqual([])
      }
      // The page would go on asking for its news.
      await page.goto('about:blank')
      network.close()
    })
  })
}
