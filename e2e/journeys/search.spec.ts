import type { Person } from './people.ts'
import { expect, type Page, type Site, test } from './site.ts'

const box = (page: Page) => page.getByRole('searchbox', { name: 'Search posts and people' })
const found = (page: Page) => page.getByRole('main').getByRole('article').locator('.content')

/** Words that occur in no other post of this site. */
async function write(site: Site): Promise<{ susan: Person; john: Person; word: string }> {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const word = site.newName('fog').replace('_', '')
  await susan.publish(`Morning ${word} in the harbour`)
  await john.publish(`Évening ${word}, says @${susan.username} #tea`)
  return { susan, john, word }
}

test('while one types: what is found, its address, and how much it is', async ({ page, site }) => {
  const { word } = await write(site)
  await page.goto('/search')
  await expect(box(page)).toBeFocused()
  await page.keyboard.type(`evening ${word.slice(0, -1)}`)
  await expect(found(page)).toHaveText([/^Évening/])
  await expect(page.locator('mark')).toHaveText(['Évening', word])
  await expect(page).toHaveURL(`/search?q=evening+${word.slice(0, -1)}*`)
  await expect(page.getByRole('status').filter({ hasText: '1 post' })).toBeAttached()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('heading', { name: 'Search tips' })).toBeVisible()
  await expect(page).toHaveURL('/search')
  await page.keyboard.type(`"morning ${word}"`)
  await expect(found(page)).toHaveText([/^Morning/])
  await page.reload()
  await expect(box(page)).toHaveValue(`"morning ${word}"`)
  await expect(found(page)).toHaveText([/^Morning/])
  await page.getByRole('link', { name: 'Best', exact: true }).click()
  await expect(found(page)).toHaveText([/^Morning/])
  // Beside the results, and in their place when there are none: never twice.
  const tips = page.getByRole('heading', { name: 'Search tips' })
  await expect(page.getByRole('complementary').locator(tips)).toBeVisible()
  await box(page).fill('')
  await expect(page.getByRole('main').locator(tips)).toBeVisible()
  await expect(tips).toHaveCount(1)
})

test('from the box in the sidebar: the first results, then all of them, and a person to follow', async ({
  site,
  pageOf,
}) => {
  const { susan, john, word } = await write(site)
  const page = await pageOf(susan)
  await page.goto('/')
  await box(page).fill(john.username)
  const sidebar = page.getByRole('complementary')
  // The person may be among the suggestions below, too.
  await expect(sidebar.locator('.brief').getByRole('link', { name: `@${john.username}` })).toBeVisible()
  await box(page).fill(word)
  await expect(sidebar.locator('.previews a')).toHaveText([/Évening/, /Morning/])
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect(sidebar.locator('.previews a').first()).toBeFocused()
  await sidebar.getByRole('link', { name: 'All results' }).click()
  await expect(found(page)).toHaveText([/^Évening/, /^Morning/])
  await box(page).fill(john.username)
  await page
    .getByRole('main')
    .getByRole('button', { name: `Follow ${john.username}` })
    .click()
  await expect(page.getByText(`You now follow ${john.username}.`)).toBeVisible()
  await expect(box(page)).toHaveValue(`${john.username}*`)
})

test('an answer that comes late is no answer to what is asked now', async ({ page, site }) => {
  const { word } = await write(site)
  const late = Promise.withResolvers<void>()
  await page.route('**/search/results?q=evening*', async route => {
    await late.promise
    await route.continue().catch(() => {})
  })
  await page.goto('/search')
  const [asked] = await Promise.all([page.waitForRequest(/q=evening/), box(page).fill(`evening ${word}`)])
  const given = page.waitForEvent('requestfailed', request => request === asked)
  await box(page).fill(`morning ${word}`)
  await given
  await expect(found(page)).toHaveText([/^Morning/])
  late.resolve()
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  test('the box is on Explore', async ({ page, site }) => {
    const { word } = await write(site)
    await page.goto('/explore')
    await expect(box(page)).toHaveCount(1)
    await box(page).fill(word)
    await expect(page.locator('.previews a')).toHaveText([/Évening/, /Morning/])
    await page.keyboard.press('Enter')
    await expect(found(page)).toHaveText([/^Évening/, /^Morning/])
  })
})

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false })
  test('Enter finds posts and people, page by page', async ({ page, site }) => {
    const { susan, word } = await write(site)
    for (let number = 1; number <= 26; number++) await susan.send('/posts', { body: `${word} №${number}` })
    await page.goto('/explore')
    await box(page).fill(`${word} from:${susan.username}`)
    await page.keyboard.press('Enter')
    await expect(found(page)).toHaveCount(25)
    await page.getByRole('link', { name: 'Older posts' }).click()
    await expect(found(page)).toHaveText([/№1$/, /^Morning/])
    await box(page).fill(susan.username)
    await page.getByRole('button', { name: 'Search', exact: true }).click()
    await expect(
      page
        .getByRole('main')
        .getByRole('link', { name: `@${susan.username}` })
        .first(),
    ).toBeVisible()
    await box(page).fill('nobody would write such a thing')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: /^No results/ })).toBeVisible()
  })
})

test('what is typed before the script has arrived is searched, too', async ({ page, site }) => {
  const { word } = await write(site)
  const typed = Promise.withResolvers<void>()
  await page.route('**/search-box.js', async route => {
    await typed.promise
    await route.continue()
  })
  await page.goto('/search', { waitUntil: 'commit' })
  await box(page).fill(`evening ${word}`)
  typed.resolve()
  await expect(found(page)).toHaveText([/^Évening/])
})
