import { publishPictures } from './published-pictures.ts'
import { expect, test } from './site.ts'

const alts = ['A red boat', 'The quay at noon', 'A flag']

test('pictures open over the page by keyboard, say what they show, and give the focus back', async ({
  site,
  page,
}) => {
  const susan = await site.person('susan')
  const path = await publishPictures(site, susan, { body: 'Three', alts })
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(path)
  await page.getByRole('link', { name: 'A red boat' }).focus()
  await page.keyboard.press('Enter')
  const viewer = page.getByRole('dialog')
  await expect(viewer).toHaveAccessibleName(`Picture 1 of 3 ${susan.username}`)
  await expect(viewer).toHaveAccessibleDescription('A red boat')
  await page.keyboard.press('ArrowRight')
  await expect(viewer.locator('[aria-live]')).toHaveText('The quay at noon')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(viewer).toHaveAccessibleDescription('A flag')
  await viewer.getByRole('button', { name: 'Play the animation' }).click()
  await expect(viewer.getByRole('img', { name: 'A flag' })).toHaveAttribute('src', /160\.webp$/)
  for (let tab = 0; tab < 8; tab++) {
    await page.keyboard.press('Tab')
    expect(
      await page.evaluate(
        'document.activeElement === document.body || document.activeElement.closest("dialog") !== null',
      ),
    ).toBe(true)
  }
  await viewer.getByRole('button', { name: 'Next picture' }).click()
  await expect(viewer).toHaveAccessibleName(/^Picture 1 of 3/)
  await viewer.getByRole('button', { name: 'Previous picture' }).click()
  await expect(viewer).toHaveAccessibleName(/^Picture 3 of 3/)
  await page.keyboard.press('Escape')
  await expect(viewer).toBeHidden()
  await expect(page.getByRole('link', { name: 'A flag' })).toBeFocused()
  await expect(page).toHaveURL(path)

  await page.goto(`${path}/images/1`)
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('heading', { name: 'Picture 2 of 3' })).toBeVisible()
  await page.waitForLoadState()
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(path)
})

test('what was seen of pictures that are closed by then is not told', async ({ site, page }) => {
  const path = await publishPictures(site, await site.person('susan'), { body: 'Three', alts })
  await page.addInitScript(`
    window.untold = []
    window.IntersectionObserver = class extends IntersectionObserver {
      constructor(seen, options) {
        super(entries => untold.push(() => this.isOver || seen(entries)), options)
      }
      disconnect() {
        this.isOver = true
        super.disconnect()
      }
    }`)
  await page.goto(path)
  await page.getByRole('link', { name: 'A red boat' }).click()
  await expect.poll(() => page.evaluate('untold.length')).toBeGreaterThan(0)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.evaluate('untold.forEach(tell => tell())')
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('a picture is described in place, and large on its page, which leads on and back', async ({
    site,
    page,
  }) => {
    const path = await publishPictures(site, await site.person('susan'), { body: 'Three', alts })
    await page.goto(path)
    const description = page.getByText('The quay at noon', { exact: true })
    await expect(description).toBeHidden()
    await page.getByRole('button', { name: 'ALT' }).nth(1).click()
    await expect(description).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(description).toBeHidden()
    await page.getByRole('link', { name: 'The quay at noon' }).click()
    await expect(page.getByRole('img', { name: 'The quay at noon' })).toBeVisible()
    await page.getByRole('link', { name: 'Next picture' }).click()
    await expect(page.getByRole('heading', { name: 'Picture 3 of 3' })).toBeVisible()
    await page.getByRole('link', { name: 'Play the animation' }).click()
    await expect(page.getByRole('link', { name: 'Stop the animation' })).toBeVisible()
    await page.getByRole('link', { name: 'Three' }).first().click()
    await expect(page).toHaveURL(path)
  })
})
