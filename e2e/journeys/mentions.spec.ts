import { violations } from './axe.ts'
import { expect, type Page, test } from './site.ts'

const words = (page: Page) => page.getByRole('textbox', { name: 'What’s on your mind?' })
const list = (page: Page) => page.getByRole('listbox', { name: 'People' })
const chosen = (page: Page) => list(page).getByRole('option', { selected: true })
const said = (page: Page, text: RegExp) => page.getByRole('status').filter({ hasText: text })

test('while one types @, people are offered: by arrow keys, Enter, Tab, Escape and a press', async ({
  site,
  pageOf,
}) => {
  const [susan, john, jonas] = [await site.person('susan'), await site.person('jo'), await site.person('jo')]
  await susan.follow(jonas)
  await jonas.send('/settings/profile', { displayName: 'Ägir 海' })
  const page = await pageOf(susan)
  await page.goto('/')
  await words(page).click()
  await page.keyboard.type('😀 שלום me@jo.example @')
  await expect(list(page)).toHaveCount(0)
  await page.keyboard.type('jo')
  await expect(list(page).getByRole('option')).toContainText([jonas.username, john.username])
  const option = chosen(page)
  await expect(option).toContainText(jonas.username)
  // As a screen reader meets it: the field points at its list and at the option, which is read aloud.
  const field = words(page)
  await expect(field).toHaveAttribute('aria-autocomplete', 'list')
  await expect(field).toHaveAttribute('aria-controls', String(await list(page).getAttribute('id')))
  await expect(field).toHaveAttribute('aria-activedescendant', String(await option.getAttribute('id')))
  await expect(said(page, new RegExp(`@${jonas.username}, 1 of \\d`))).toBeAttached()
  await page.keyboard.press('ArrowDown')
  await expect(chosen(page)).toContainText(john.username)
  await expect(said(page, new RegExp(`@${john.username}, 2 of \\d`))).toBeAttached()
  await page.keyboard.press('Enter')
  await expect(field).toHaveValue(`😀 שלום me@jo.example @${john.username} `)
  await expect(field).not.toHaveAttribute('aria-activedescendant')
  await expect(field).toBeFocused()

  // By name, and Tab; the caret stands before a space that is there already.
  await field.fill('@ 😀')
  for (const key of ['Home', 'ArrowRight']) await page.keyboard.press(key)
  await page.keyboard.type('agi')
  await expect(chosen(page)).toContainText(jonas.username)
  await page.keyboard.press('Tab')
  await page.keyboard.type('x')
  await expect(field).toHaveValue(`@${jonas.username} x😀`)
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  await expect(field).not.toHaveValue(`@${jonas.username} x😀`)

  await field.fill('')
  await page.keyboard.type('@jo')
  await expect(list(page)).toBeVisible()
  const refused = Promise.withResolvers<void>()
  await page.route('**/mentions?q=jo_&*', async route => {
    await refused.promise
    await route.continue()
  })
  const asked = page.waitForRequest('**/mentions?q=jo_&*')
  await page.keyboard.type('_')
  await asked
  await page.keyboard.press('Escape')
  refused.resolve()
  await page.waitForTimeout(250)
  await expect(list(page), 'also of the last letter').toHaveCount(0)
  await page.keyboard.type(john.username.slice('jo_'.length))
  await page.waitForTimeout(250)
  await expect(list(page), 'once refused, for this word').toHaveCount(0)
  await page.keyboard.type(' @jo')
  await list(page).getByRole('option').filter({ hasText: john.username }).click()
  await expect(field).toHaveValue(`@${john.username} @${john.username} `)
  await expect(field).toBeFocused()

  // Below the words, also in the second box of a thread.
  await page.getByRole('button', { name: 'Add another post' }).click()
  const second = page.locator('post-composer textarea').nth(1)
  await second.click()
  await page.keyboard.type('@jo')
  await expect(list(page)).toBeVisible()
  const [typedIn, offered] = [await second.boundingBox(), await list(page).boundingBox()]
  expect((offered?.y ?? 0) - (typedIn?.y ?? 0) - (typedIn?.height ?? 0)).toBeGreaterThanOrEqual(0)
  await page.keyboard.press('Escape')

  // A handle that is typed out is no choice: Enter is a new line.
  await field.fill('')
  await page.keyboard.type(`@${john.username}`)
  await expect(list(page)).toBeVisible()
  await expect(chosen(page)).toHaveCount(0)
  await page.keyboard.press('Enter')
  await expect(field).toHaveValue(`@${john.username}\n`)
})

test('in replies those in the thread come first, in messages Enter takes before it sends, offline nothing comes', async ({
  site,
  pageOf,
}) => {
  const [susan, zoe, other] = [await site.person('susan'), await site.person('zo'), await site.person('zo')]
  const path = await zoe.publish('Who comes along?')
  const page = await pageOf(susan)
  await page.goto(path)
  await page.locator('post-composer textarea').click()
  await page.keyboard.type('@zo')
  await expect(list(page).getByRole('option').first()).toContainText(zoe.username)
  await page.setViewportSize({ width: 320, height: 640 })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    expect(await violations(page), colorScheme).toEqual([])
  }
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320)
  await page.emulateMedia({ forcedColors: 'active' })
  await expect(chosen(page)).toHaveCSS('outline-style', 'solid')

  await page.goto(`/messages/@${zoe.username}`)
  const field = page.locator('post-composer textarea')
  await field.click()
  await page.keyboard.type('Do you know @zo')
  await list(page).getByRole('option').filter({ hasText: other.username }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(field).toHaveValue(/^Do you know @zo_\d+ $/)
  await page.context().setOffline(true)
  await page.keyboard.type('@zo')
  await page.waitForTimeout(250)
  await expect(list(page)).toHaveCount(0)
  await page.context().setOffline(false)
})
