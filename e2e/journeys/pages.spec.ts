import type { BrowserContext } from 'playwright/test'
import { colorRules, violations } from './axe.ts'
import { test as community } from './community.ts'
import { pages, type Visit, visit } from './pages.ts'
import { expect, openSite, type Page, watch } from './site.ts'

const desk = { width: 1280, height: 720 }
const narrow = { width: 320, height: 640 }
const phone = { width: 390, height: 844 }
const overhang = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'

/** One window for all pages of a worker: a new one takes longer than most pages do. */
let shared: BrowserContext | undefined

const test = community.extend({
  context: async ({ browser, site }, use, testInfo) => {
    const context = (shared ??= await browser.newContext())
    await watch(context, site, { testInfo, use: () => use(context) })
  },
  page: async ({ context }, use) => {
    const page = context.pages()[0] ?? (await context.newPage())
    await use(page)
    await clear(page)
  },
})

for (const [name, place] of Object.entries<Visit>(pages)) {
  test(`${name}: axe finds nothing in light or dark, one button is filled, and nothing scrolls sideways at 320 px, also with text of double size`, async ({
    page,
    community,
  }) => {
    const open = () => visit(page, place, community)
    await open()
    // A conversation begins at its end.
    if (!place.act && !name.startsWith('conversation'))
      expect(await page.evaluate('scrollY'), 'pixels that the page is scrolled by').toBe(0)
    // What is done on the page may be done elsewhere on a narrow one.
    await inspect(page, place.act && open)
  })
}

test('a site that is closed to new people: the same holds for its first page and for signing up', async ({
  openPage,
  engine,
}) => {
  const site = await openSite(engine, { SIGN_UP: 'closed' })
  for (const path of ['/', '/sign-up']) {
    const page = await openPage({ baseURL: site.url })
    await page.goto(path)
    await inspect(page)
  }
  await site.stop()
})

/** As a new window is. A page may write down what is in it when it is left, so that comes first. */
async function clear(page: Page): Promise<void> {
  await page.unrouteAll()
  await page.goto('/livez')
  await page.evaluate('localStorage.clear(), sessionStorage.clear()')
  await page.context().clearCookies()
  await page.emulateMedia({ colorScheme: null })
  await page.setViewportSize(desk)
}

/** In dark, only the rules about colors are asked again: stylesheets.test.ts proves that nothing else depends on it. */
async function inspect(page: Page, openAgain?: () => Promise<void>): Promise<void> {
  expect(await violations(page), 'light').toEqual([])
  const filled = page.locator('.button:not(.quiet)').filter({ visible: true })
  expect((await filled.allInnerTexts()).slice(1), 'more filled buttons than one').toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await violations(page, colorRules), 'dark').toEqual([])
  await page.setViewportSize(narrow)
  await openAgain?.()
  expect(await page.evaluate(overhang), 'pixels by which it is wider than 320').toBeLessThanOrEqual(0)
  await page.locator('html').evaluate(html => void (html.style.fontSize = '200%'))
  expect(await page.evaluate(overhang), 'the same with large text').toBeLessThanOrEqual(0)
  await page.setViewportSize(phone)
  expect(await page.evaluate(overhang), 'the same with large text at 390').toBeLessThanOrEqual(0)
}
