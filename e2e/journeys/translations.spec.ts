import { type FakeTranslator, openTranslator } from '../../app/testing/translator.ts'
import { violations } from './axe.ts'
import { openMenu } from './menu.ts'
import { expect, test as journeys, openSite, type Site } from './site.ts'

/** A site whose owner configured a service. */
const test = journeys.extend<object, { site: Site; translator: FakeTranslator }>({
  translator: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads from the pattern what a fixture needs.
    async ({}, use) => {
      const translator = await openTranslator()
      await use(translator)
      await translator.close()
    },
    { scope: 'worker' },
  ],
  site: [
    async ({ engine, translator }, use) => {
      const site = await openSite(engine, { TRANSLATE_URL: translator.url })
      await use(site)
      await site.stop()
    },
    { scope: 'worker', timeout: 90_000 },
  ],
})

const french = 'La mer est calme ce matin, et les bateaux sont rentrés tôt.'
/** As the service puts it. */
const english = french.toUpperCase()

test('a post is translated where it stands, and back', async ({ site, page, translator }) => {
  const john = await site.person('john')
  const path = await john.publish(french)
  await page.goto(`/@${john.username}`)
  const post = page.getByRole('article')
  await post.getByRole('link', { name: 'Translate' }).focus()
  await page.keyboard.press('Enter')
  await expect(post.getByText(english, { exact: true })).toBeVisible()
  await expect(post.getByText('Machine translation from French')).toBeVisible()
  await expect(post.getByText(french, { exact: true })).toBeHidden()
  expect(await violations(page)).toEqual([])

  await page.keyboard.press('Enter')
  await expect(post.getByText(french, { exact: true })).toBeVisible()
  await expect(post.getByText(english, { exact: true })).toBeHidden()
  await post.getByRole('link', { name: 'Show translation' }).click()
  await expect(post.getByText(english, { exact: true })).toBeVisible()
  await page.goto(`${path}/translation`)
  expect(await violations(page)).toEqual([])
  expect(translator.asked.filter(({ q }) => q === french)).toHaveLength(1)
})

test('without JavaScript it is a page of its own', async ({ site, openPage }) => {
  const john = await site.person('john')
  const path = await john.publish(french)
  const page = await openPage({ javaScriptEnabled: false })
  await page.goto('/explore')
  await page.locator(`a[href="${path}/translation"]`).click()
  await expect(page.getByRole('heading', { name: 'Translation' })).toBeVisible()
  await expect(page.getByText(french, { exact: true })).toBeVisible()
  await expect(page.getByText(english, { exact: true })).toBeVisible()
  await page.getByRole('link', { name: 'Show original' }).click()
  await expect(page).toHaveURL(path)
})

test('the author says what a post is in, and changes it', async ({ site, pageOf }) => {
  const susan = await site.person('susan')
  const page = await pageOf(susan)
  await page.goto('/')
  await expect(page.getByLabel('Language of the post')).toHaveValue('')
  await page.getByLabel('What’s on your mind?').fill('Gift')
  await page.locator('.options summary').click()
  await page.getByLabel('Language of the post').selectOption({ label: 'Danish' })
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  await expect(page.getByRole('article').locator('[lang=da]')).toHaveText('Gift')
  await (await openMenu(page.getByRole('article'))).getByRole('link', { name: 'Edit' }).click()
  await page.locator('.options summary').click()
  await page.getByLabel('Language of the post').selectOption({ label: 'German' })
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('article').locator('[lang=de]')).toHaveText('Gift')
  await expect(page.getByRole('article')).not.toContainText('Edited')

  const john = await pageOf(await site.person('john'))
  await john.goto(new URL(page.url()).pathname)
  await john.getByRole('link', { name: 'Translate' }).click()
  await expect(john.getByText('Machine translation from German')).toBeVisible()
})
