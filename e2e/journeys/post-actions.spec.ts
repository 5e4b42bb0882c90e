import { openMenu } from './menu.ts'
import { expect, test } from './site.ts'

test('the menu of a post by keyboard: opened, left by Escape and by Tab', async ({ site, pageOf }) => {
  const susan = await site.person('susan')
  for (const body of ['One.', 'Two.', 'Three.', 'Four.']) await susan.publish(body)
  const page = await pageOf(susan)
  await page.goto('/')
  const [menu, other] = [
    page.locator('.menu:not([data-verb])').first(),
    page.locator('.menu:not([data-verb])').nth(2),
  ]
  const [summary, list] = [menu.locator('summary'), menu.getByRole('list')]
  await summary.focus()
  await page.keyboard.press('Enter')
  await expect(list.getByRole('link')).toHaveText(['Copy link', 'Edit', 'Delete'])
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect(list.getByRole('link', { name: 'Edit' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(list).toBeHidden()
  await expect(summary).toBeFocused()

  await page.keyboard.press('Space')
  for (let press = 0; press < 5; press++) await page.keyboard.press('Tab')
  await expect(list).toBeHidden()

  await summary.click()
  await other.locator('summary').click()
  await expect(list).toBeHidden()
  await expect(other.getByRole('list')).toBeVisible()
  await page.getByText('Four.').click()
  await expect(other.getByRole('list')).toBeHidden()
  await expect(page, 'the press closed the menu, and no more').toHaveURL('/')
})

test('the link of a post is copied, and that is said', async ({ site, openPage }) => {
  const path = await (await site.person('john')).publish('Take it along.')
  const page = await openPage({ permissions: ['clipboard-read', 'clipboard-write'] })
  for (const hasClipboard of [true, false]) {
    if (!hasClipboard)
      await page.addInitScript('Object.defineProperty(navigator, "clipboard", { value: undefined })')
    await page.goto(path)
    const summary = page.getByRole('article').locator('.menu:not([data-verb]) summary')
    await summary.focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('status').filter({ hasText: 'Link copied.' })).toBeVisible()
    await expect(summary).toBeFocused()
    await expect(page).toHaveURL(path)
    if (hasClipboard) expect(await page.evaluate('navigator.clipboard.readText()')).toBe(site.url + path)
  }
})

test('a post is shared where the browser can', async ({ site, page }) => {
  const path = await (await site.person('john')).publish('Take it along.')
  await page.addInitScript('navigator.share = async data => { window.shared = data }')
  await page.goto(path)
  await page.getByRole('article').getByRole('button', { name: 'Share' }).click()
  expect(await page.evaluate('window.shared.url')).toBe(site.url + path)
})

test('a press anywhere on a post opens it, and selecting its words does not', async ({ site, pageOf }) => {
  const susan = await site.person('susan')
  const path = await susan.publish('A crossing, and a #ferry.')
  const page = await pageOf(susan)
  await page.goto('/')
  const [post, words] = [page.getByRole('article'), page.getByRole('article').locator('.content')]
  const box = (await words.boundingBox()) ?? { x: 0, y: 0, height: 0 }
  const middle = box.y + box.height / 2
  await page.mouse.move(box.x + 2, middle)
  await page.mouse.down()
  await page.mouse.move(box.x + 60, middle, { steps: 3 })
  await page.mouse.up()
  expect(String(await page.evaluate('String(getSelection())'))).not.toBe('')
  await expect(page).toHaveURL('/')
  await page.evaluate('getSelection().empty()')

  for (const options of [{ modifiers: ['ControlOrMeta'] as const }, { button: 'middle' as const }]) {
    const opened = page.context().waitForEvent('page')
    await words.click({ position: { x: 10, y: 8 }, ...options } as Parameters<typeof words.click>[0])
    const tab = await opened
    await expect(tab).toHaveURL(path)
    await tab.close()
    await expect(page).toHaveURL('/')
  }
  await words.getByRole('link').click()
  await expect(page).toHaveURL('/tags/ferry')
  await page.goBack()
  await post.click({ position: { x: 30, y: 75 } })
  await expect(page).toHaveURL(path)
  await page.getByRole('article').click({ position: { x: 30, y: 75 } })
  await expect(page, 'the post is open').toHaveURL(path)
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

  test('the actions are within a thumb’s reach, and the menu opens where there is room', async ({
    site,
    page,
  }) => {
    const susan = await site.person('susan')
    for (const body of ['One.', 'Two.', 'Three.', 'Four.', 'Five.', 'Six.', 'Seven.'])
      await susan.send('/posts', { body })
    await page.context().addCookies([susan.cookie])
    await page.goto('/')
    const article = page.getByRole('article').nth(3)
    await article.locator('.actions').evaluate(row => row.scrollIntoView({ block: 'end' }))
    const target = await article.locator('.menu:not([data-verb]) summary').boundingBox()
    expect(Math.min(target?.width ?? 0, target?.height ?? 0)).toBeGreaterThanOrEqual(44)
    await article.locator('.menu:not([data-verb]) summary').tap()
    const links = article.getByRole('list').getByRole('link')
    await expect(links).toHaveText(['Copy link', 'Edit', 'Delete'])
    const bar = await page.getByRole('navigation', { name: 'Main' }).boundingBox()
    for (const link of await links.all()) {
      const box = await link.boundingBox()
      expect(box?.height).toBeGreaterThanOrEqual(44)
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0)
    }
    await links.nth(1).tap()
    await expect(page.getByLabel('What’s on your mind?')).toHaveValue('Four.')
  })
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('a menu opens, one at a time, and its link leads to the post', async ({ site, page }) => {
    const john = await site.person('john')
    await john.publish('One.')
    const path = await john.publish('Two.')
    await page.goto(`/@${john.username}`)
    const [newer, older] = [page.getByRole('article').first(), page.getByRole('article').nth(1)]
    await openMenu(older)
    await openMenu(newer)
    await expect(older.getByRole('list')).toBeHidden()
    await expect(newer.getByRole('button', { name: 'Share' })).toHaveCount(0)
    await newer.getByRole('list').getByRole('link', { name: 'Copy link' }).click()
    await expect(page).toHaveURL(path)
  })
})
