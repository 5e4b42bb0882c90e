import type { Locator } from 'playwright/test'
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
  await tabUntil(page, page.getByRole('article').locator('summary'), 'menu')
  await page.keyboard.press('Enter')
  await tabTo(page, 'link', 'Edit')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('What’s on your mind?')).toBeFocused()
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
