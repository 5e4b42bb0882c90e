import type { Locator } from 'playwright/test'
import { violations } from './axe.ts'
import { password } from './people.ts'
import { expect, type Page, test } from './site.ts'

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, role: 'link' | 'button' | 'textbox', name: string): Promise<void> {
  await tabUntil(page, page.getByRole(role, { name, exact: true }), `${role} ${name}`)
}

async function tabUntil(page: Page, wanted: Locator, name: string): Promise<void> {
  const focused = page.locator(':focus').and(wanted)
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    if ((await focused.count()) > 0) return
  }
  throw new Error(`no ${name} within 60 presses of Tab`)
}

test('the first Tab offers to skip to the content', async ({ page }) => {
  await page.goto('/')
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to content' })
  await expect(skip).toBeFocused()
  await expect(skip).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('main').getByRole('link', { name: 'Sign up' })).toBeFocused()
})

test('sign in, write and sign out without a mouse', async ({ page, site }) => {
  const susan = await site.person('susan')
  await page.goto('/')
  await tabTo(page, 'link', 'Sign in')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Username or email')).toBeFocused()
  await page.keyboard.type(susan.username)
  await page.keyboard.press('Tab')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible()
  await tabTo(page, 'textbox', 'What’s on your mind?')
  await page.keyboard.type('No mouse in this house.')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('article')).toContainText(['No mouse in this house.'])
  await tabUntil(page, page.getByRole('article').locator('.menu:not([data-verb]) summary'), 'menu')
  await page.keyboard.press('Enter')
  await tabTo(page, 'link', 'Edit')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('What’s on your mind?')).toBeFocused()
  await page.waitForLoadState()
  await page.keyboard.press('End')
  await page.keyboard.type(' Two cats.')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('Changes saved.')).toBeVisible()
  await tabTo(page, 'button', 'Sign out')
  await page.keyboard.press('Enter')
  await expect(page.getByText('You’re signed out.')).toBeVisible()
})

test('from a name into its card, out by Escape, and in again to follow', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const page = await pageOf(susan)
  const path = await john.publish('Come in.')
  await page.goto(path)
  const name = page.getByRole('article').getByRole('link', { name: john.username })
  const card = page.getByRole('group', { name: john.username })
  const button = card.getByRole('button', { name: `Follow ${john.username}` })
  await tabTo(page, 'link', `${john.username} @${john.username}`)
  await expect(card).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(button).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(card).toBeHidden()
  await expect(name).toBeFocused()

  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Tab')
  await expect(name).toBeFocused()
  await expect(card).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(button).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByText(`You now follow ${john.username}.`)).toBeVisible()
  await expect(page).toHaveURL(path)
})

test('the card goes when the focus leaves it', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const page = await pageOf(susan)
  await page.goto(await john.publish('Just passing.'))
  await tabTo(page, 'link', `${john.username} @${john.username}`)
  const card = page.getByRole('group', { name: john.username })
  await expect(card).toBeVisible()
  await page.keyboard.press('Shift+Tab')
  await expect(card).toBeHidden()
})

test('the second Tab leads to the search, wherever the box is', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const page = await pageOf(susan)
  // The box stands beside each post.
  const path = await john.publish('Where is the box?')
  const box = page.getByRole('searchbox', { name: 'Search posts and people' })
  const skip = async () => {
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await expect(page.getByRole('link', { name: 'Search', exact: true })).toBeInViewport()
    await page.keyboard.press('Enter')
    await expect(box).toBeFocused()
  }
  await page.goto(path)
  await skip()
  await expect(page).toHaveURL(path)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(path)
  await skip()
  await expect(page).toHaveURL('/search')
})

test('single keys: next and previous post, reply, like, bookmark, write, search, go', async ({
  site,
  pageOf,
}) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await susan.follow(john)
  await john.follow(susan)
  const path = await john.publish('The first of the three.')
  await john.send('/posts', { body: 'The second.', contentWarning: 'Numbers' })
  await john.publish('The third.')
  await john.send(`${path}/replies`, { body: 'It goes on.' })
  const page = await pageOf(susan)
  await page.goto('/')
  const post = (words: string) => page.getByRole('article').filter({ hasText: words })
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  await press('j', 'j')
  await expect(post('The third.')).toBeFocused()
  await expect(post('The third.')).toHaveAccessibleDescription('The third.')
  await press('j', 'j', 'j', 'k')
  await expect(post('The second.')).toBeFocused()
  await expect(post('The second.'), 'folded').toHaveAccessibleDescription('Numbers')
  await press('l', 'b')
  const pressed = (name: string) => post('The second.').getByRole('button', { name })
  await expect(pressed('Like')).toHaveAttribute('aria-pressed', 'true')
  await expect(pressed('Bookmark')).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByRole('status').filter({ hasText: 'Bookmark: On' })).toBeAttached()
  await expect(post('The second.')).toBeFocused()
  await press('l')
  await expect(pressed('Like')).toHaveAttribute('aria-pressed', 'false')
  await press('j', 'Enter')
  await page.waitForURL(path)
  // The post of the page, and the replies under it; a reply is typed at once.
  await press('l')
  await expect(page.locator('.permalink [data-verb=like]')).toHaveAttribute('aria-pressed', 'true')
  await press('j', 'j')
  await expect(post('It goes on.')).toBeFocused()
  await press('k', 'r')
  await expect(page.getByRole('textbox').first()).toBeFocused()
  await press('j', 'l', '?', '/', 'n')
  await expect(page.locator('post-composer textarea')).toHaveValue('jl?/n')
  await expect(page).toHaveURL(`${path}#body`)

  await page.goto('/search?q=goes')
  await page.locator('main').click({ position: { x: 2, y: 2 } })
  await press('j')
  await expect(post('It goes on.')).toBeFocused()
  await press('r')
  await expect(page).toHaveURL(/\/posts\/\d+\/replies\/new$/)
  await page.goto('/explore')
  await press('/')
  await expect(page.getByRole('searchbox')).toBeFocused()
  await page.goto('/explore')
  await press('g', 'x', 'g', 'g', 'n')
  await page.waitForURL('/notifications')
  await press('j')
  await expect(page.getByRole('listitem').filter({ hasText: `${john.username} followed you` })).toBeFocused()
  await press('Enter')
  await page.waitForURL(`/@${john.username}`)
  await press('g', 'm')
  await page.waitForURL('/messages')
  await press('n')
  await expect(page).toHaveURL('/posts/new')
  await page.goto('/explore')
  // Browsers, systems and input methods keep theirs; a Russian keyboard has Latin letters where others have them.
  const type = (key: string, more: string) =>
    page.evaluate(`document.body.dispatchEvent(
      new KeyboardEvent('keydown', { key: '${key}', bubbles: true, ${more} }))`)
  await type('n', 'isComposing: true')
  await press('Alt+n', 'Control+b', 'Shift+J')
  await expect(page.locator(':focus')).toHaveCount(0)
  await type('о', 'code: "KeyJ"')
  await expect(page.getByRole('article').first()).toBeFocused()
  await press('g', 'h')
  await page.waitForURL('/')
  await press('n')
  await expect(page.getByLabel('What’s on your mind?')).toBeFocused()
})

test('? shows the keys, and they can be switched off', async ({ site, pageOf }) => {
  const page = await pageOf(await site.person('susan'))
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto('/explore')
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await page.keyboard.press('?')
  await expect(dialog.getByRole('button', { name: 'Close' })).toBeFocused()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await violations(page), colorScheme).toEqual([])
  }
  expect(await page.evaluate('document.querySelector("dialog").scrollWidth')).toBeLessThanOrEqual(320)
  // Nothing behind it is meant while it is open.
  await page.keyboard.press('n')
  await expect(page).toHaveURL('/explore')
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await page.keyboard.press('?')
  await dialog.getByRole('link', { name: 'Turn shortcuts off' }).click()
  await page.getByRole('button', { name: 'Off', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Off', exact: true })).toHaveAttribute('aria-pressed', 'true')
  await page.goto('/explore')
  for (const key of ['?', 'n']) await page.keyboard.press(key)
  await expect(dialog).toHaveCount(0)
  await expect(page).toHaveURL('/explore')
})
