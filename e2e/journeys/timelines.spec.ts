import type { Person } from './people.ts'
import { expect, type Page, test } from './site.ts'

/** Numbers of the posts on the page, as their words give them. */
const shown = async (page: Page) =>
  (await page.getByRole('article').locator('.content').allTextContents()).map(words => Number(words.slice(1)))

/** From one number down to another. */
const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index)

async function publishUpTo(person: Person, from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number++) await person.send('/posts', { body: `№${number}` })
}

async function turn(page: Page, to: 'Older posts' | 'Newer posts'): Promise<number[]> {
  const before = page.url()
  await page.getByRole('link', { name: to }).click()
  await page.waitForURL(url => url.href !== before)
  return shown(page)
}

test('sixty posts, page by page, while new ones arrive', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await susan.follow(john)
  await publishUpTo(john, 1, 60)
  const page = await pageOf(susan)
  await page.goto('/')
  expect(await shown(page)).toEqual(down(60, 36))
  await expect(page.getByRole('link', { name: 'Newer posts' })).toHaveCount(0)
  await publishUpTo(john, 61, 63)
  expect(await turn(page, 'Older posts')).toEqual(down(35, 11))
  await publishUpTo(john, 64, 65)
  expect(await turn(page, 'Older posts')).toEqual(down(10, 1))
  await expect(page.getByText('You’ve reached the end.')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Older posts' })).toHaveCount(0)

  expect(await turn(page, 'Newer posts')).toEqual(down(35, 11))
  expect(await turn(page, 'Newer posts')).toEqual(down(60, 36))
  await publishUpTo(john, 66, 66)
  expect(await turn(page, 'Newer posts')).toEqual(down(66, 61))
  await expect(page.getByRole('link', { name: 'Newer posts' })).toHaveCount(0)
  expect(await turn(page, 'Older posts')).toEqual(down(60, 36))
})

test('a profile and a tag turn their pages, too', async ({ site, page }) => {
  const john = await site.person('john')
  const tag = site.newName('tag')
  for (let number = 1; number <= 27; number++) await john.send('/posts', { body: `№${number} #${tag}` })
  for (const path of [`/@${john.username}`, `/tags/${tag}`]) {
    await page.goto(path)
    await expect(page.getByRole('article')).toHaveCount(25)
    await page.getByRole('link', { name: 'Older posts' }).click()
    await expect(page.getByRole('article')).toContainText([`№2 #${tag}`, `№1 #${tag}`])
    await page.getByRole('link', { name: 'Newer posts' }).click()
    await expect(page.getByRole('article').first()).toContainText(`№27 #${tag}`)
  }
})

test('visitors are welcomed and read along', async ({ page, site }) => {
  await (await site.person('john')).publish('For everybody to read.')
  await page.goto('/')
  await expect(
    page.getByRole('heading', { name: 'Say it in a few words, to people who read.' }),
  ).toBeVisible()
  await expect(page.getByRole('article').filter({ hasText: 'For everybody to read.' })).not.toHaveCount(0)
  await page.getByRole('link', { name: 'Explore' }).first().click()
  await expect(page.getByRole('heading', { name: 'Explore' })).toBeVisible()
  await expect(page.getByRole('article').filter({ hasText: 'For everybody to read.' })).not.toHaveCount(0)
})

test('an address with a broken cursor or an unknown page is no dead end', async ({ page }) => {
  for (const [path, status] of [
    ['/explore?before=yesterday', 400],
    ['/nowhere', 404],
    ['/posts/abc', 404],
  ] as const) {
    const response = await page.goto(path)
    expect(response?.status()).toBe(status)
    await page.getByRole('link', { name: 'Go home' }).click()
    await expect(page).toHaveURL('/')
  }
})
