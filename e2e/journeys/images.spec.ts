import { signIn } from './people.ts'
import { pictureFile } from './pictures.ts'
import { expect, type Page, test } from './site.ts'

const words = (page: Page) => page.getByLabel('What’s on your mind?')
const descriptions = (page: Page) => page.getByLabel('Describe this picture')
const chooser = (page: Page) => page.getByLabel('Add pictures')
const button = (page: Page, name: string) => page.getByRole('main').getByRole('button', { name, exact: true })
const widths = (page: Page) =>
  page.locator('.chosen-picture img').evaluateAll(all => all.map(img => img.getAttribute('width')))

test('pictures are chosen, described, moved, removed and published, and a draft keeps them', async ({
  site,
  pageOf,
}) => {
  const page = await pageOf(await site.person('susan'))
  await page.goto('/')
  const files = [
    await pictureFile('one.jpg', 100),
    await pictureFile('two.jpg', 110),
    await pictureFile('three.jpg', 120),
  ]
  await chooser(page).setInputFiles(files)
  await expect(descriptions(page)).toHaveCount(3)
  await expect(page.getByRole('status').getByText('Picture added.')).toBeAttached()
  const order = await widths(page)
  await descriptions(page).first().fill('A boat at the pier')
  await button(page, 'Move later').first().focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('status').getByText('Picture moved to place 2.')).toBeAttached()
  await expect(button(page, 'Move later').nth(1)).toBeFocused()
  await button(page, 'Remove picture').nth(2).click()
  expect(await widths(page)).toEqual([order[1], order[0]])

  await page.reload()
  await expect(descriptions(page)).toHaveCount(2)
  expect(await widths(page)).toEqual([order[1], order[0]])
  await expect(descriptions(page).nth(1)).toHaveValue('A boat at the pier')
  await chooser(page).setInputFiles([
    ...files,
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('x') },
  ])
  await expect(descriptions(page)).toHaveCount(4)
  await expect(page.getByRole('alert').getByText('A post can have up to 4 pictures.')).toBeVisible()
  for (const which of [3, 2]) await button(page, 'Remove picture').nth(which).click()

  await button(page, 'Post').click()
  await expect(page.getByText('Some pictures have no description yet.')).toBeVisible()
  await expect(descriptions(page).first()).toBeFocused()
  await page.waitForLoadState()
  await page.keyboard.type('The sea')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('Posted.')).toBeVisible()
  const post = page.getByRole('article').first()
  await expect(post.getByRole('img', { name: 'The sea' })).toBeVisible()
  await expect(post.getByRole('img', { name: 'A boat at the pier' })).toBeVisible()
  await expect(descriptions(page)).toHaveCount(0)
})

test('a description that is typed before the script has arrived stays', async ({ site, pageOf }) => {
  const page = await pageOf(await site.person('susan'))
  await page.goto('/')
  await chooser(page).setInputFiles(await pictureFile('one.jpg'))
  await expect(descriptions(page)).toHaveCount(1)
  const typed = Promise.withResolvers<void>()
  await page.route('**/post-pictures.js', async route => {
    await typed.promise
    await route.continue()
  })
  await button(page, 'Post').click()
  await expect(page.getByText('Some pictures have no description yet.')).toBeVisible()
  await descriptions(page).fill('The sea')
  typed.resolve()
  await page.waitForLoadState()
  await expect(descriptions(page)).toHaveValue('The sea')
})

test('pictures are dropped and pasted, and Post waits for what is on its way; a failed upload is tried again', async ({
  site,
  pageOf,
}) => {
  const page = await pageOf(await site.person('susan'))
  await page.goto('/posts/new')
  const bytes = (await pictureFile('x')).buffer.toString('base64')
  const give = (event: string) =>
    page.evaluate(`{
      const data = new DataTransfer()
      const bytes = Uint8Array.from(atob('${bytes}'), character => character.charCodeAt(0))
      data.items.add(new File([bytes], 'boat.jpg', { type: 'image/jpeg' }))
      const options = { bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data }
      document.querySelector('#body').dispatchEvent(${event})
    }`)
  await give("new DragEvent('drop', options)")
  await expect(descriptions(page)).toHaveCount(1)
  const gate = Promise.withResolvers<void>()
  let attempts = 0
  await page.route('**/images', async route => {
    attempts += 1
    if (attempts > 1) await gate.promise
    return attempts > 1 ? route.continue() : route.fulfill({ status: 202 })
  })
  await give("new ClipboardEvent('paste', options)")
  await button(page, 'Try again').click()
  await descriptions(page).first().fill('A boat')
  await button(page, 'Post').click()
  await expect(button(page, 'Post')).toHaveAttribute('aria-busy', 'true')
  gate.resolve()
  await expect(page.getByText('Some pictures have no description yet.')).toBeVisible()
  await page.getByLabel('Don’t remind me again').check()
  await button(page, 'Post').click()
  await expect(page.getByText('Posted.')).toBeVisible()
  await expect(page.getByRole('article').first().getByRole('img', { name: 'A boat' })).toBeVisible()
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('pictures are added, described, moved, removed and published', async ({ page, site }) => {
    await signIn(page, await site.person('susan'))
    await words(page).fill('Two boats')
    await chooser(page).setInputFiles([
      await pictureFile('one.jpg', 100),
      await pictureFile('two.jpg', 110),
      await pictureFile('three.jpg', 120),
    ])
    await button(page, 'Upload pictures').click()
    expect(await widths(page)).toEqual(['100', '110', '120'])
    await expect(descriptions(page).first()).toBeFocused()
    await descriptions(page).first().fill('The first boat')
    await button(page, 'Move later').first().click()
    expect(await widths(page)).toEqual(['110', '100', '120'])
    await button(page, 'Remove picture').nth(2).click()
    await expect(words(page)).toHaveValue('Two boats')
    await button(page, 'Post').click()
    await expect(page.getByText('Some pictures have no description yet.')).toBeVisible()
    await button(page, 'Post without descriptions').click()
    await expect(page.getByText('Posted.')).toBeVisible()
    await expect(page.getByRole('article').first().getByRole('img', { name: 'The first boat' })).toBeVisible()
  })
})
