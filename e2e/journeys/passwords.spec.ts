import { linksIn } from '../../app/testing/mailbox.ts'
import { password, signIn } from './people.ts'
import { expect, test } from './site.ts'

test('somebody who forgot their password finds the way back, and everybody else is signed out', async ({
  page,
  site,
  pageOf,
}) => {
  const susan = await site.person('susan')
  await site.mailbox.next(susan.email)
  const elsewhere = await pageOf(susan)
  await elsewhere.goto('/posts/new')

  await page.goto('/sign-in')
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await expect(page.getByLabel('Email')).toBeFocused()
  await page.keyboard.type(susan.email)
  await page.keyboard.press('Enter')
  await expect(page.getByText(`If there’s an account with ${susan.email}`)).toBeVisible()
  const [link = ''] = linksIn((await site.mailbox.next(susan.email)).text)
  await page.goto(link)
  await page.getByLabel('Password', { exact: true }).fill('a lamp by the window')
  await page.getByRole('button', { name: 'Set password' }).click()
  await page.getByLabel('Username or email').fill(susan.email)
  await page.getByLabel('Password', { exact: true }).fill('a lamp by the window')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible()

  await elsewhere.reload()
  await expect(elsewhere.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  expect((await site.mailbox.next(susan.email)).subject).toContain('was changed')
})

test('a device that one has left somewhere is signed out from another', async ({ page, site, pageOf }) => {
  const susan = await site.person('susan')
  const left = await pageOf(susan)
  await left.goto('/posts/new')
  await signIn(page, susan)
  await page.goto('/settings/sessions')
  await expect(page.locator('.rows').getByRole('listitem')).toHaveCount(2)
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
  await expect(page.getByText('1 other device is signed out.')).toBeVisible()
  await left.reload()
  await expect(left.getByRole('heading', { name: 'Sign in' })).toBeVisible()
})

test('another password is chosen with both typed, where there is no script', async ({ site, openPage }) => {
  const susan = await site.person('susan')
  const page = await openPage({ javaScriptEnabled: false })
  await page.context().addCookies([susan.cookie])
  await page.goto('/settings/account/password')
  await page.getByLabel('Your password').fill(password)
  await page.getByLabel('New password').fill('a lamp by the window')
  await page.getByLabel('Repeat password').fill('a lamp by the door')
  await page.getByRole('button', { name: 'Change your password' }).click()
  await expect(page.getByLabel('Repeat password')).toHaveAccessibleDescription(/don’t match/)
  await page.getByLabel('Your password').fill(password)
  await page.getByLabel('New password').fill('a lamp by the window')
  await page.getByLabel('Repeat password').fill('a lamp by the window')
  await page.getByRole('button', { name: 'Change your password' }).click()
  await expect(page.getByText('Password changed.')).toBeVisible()
})
