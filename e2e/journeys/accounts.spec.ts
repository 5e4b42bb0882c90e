import { password } from './people.ts'
import { expect, test } from './site.ts'

test('a sign-up with three mistakes comes back whole and says each of them', async ({ page, site }) => {
  await page.goto('/sign-up')
  await expect(page.getByLabel('Username')).toBeFocused()
  await page.getByLabel('Username').fill('two words')
  await page.getByLabel('Email').fill('nowhere')
  await page.getByLabel('Password', { exact: true }).fill('short')
  await page.getByRole('button', { name: 'Create account' }).click()

  const mistakes = page.getByRole('alert')
  await expect(mistakes).toContainText('There are 3 things to put right:')
  await expect(mistakes).toBeFocused()
  await expect(mistakes.getByRole('link')).toHaveCount(3)
  for (const field of ['Username', 'Email', 'Password'])
    await expect(page.getByLabel(field, { exact: true })).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByLabel('Username')).toHaveValue('two words')
  await expect(page.getByLabel('Email')).toHaveValue('nowhere')
  await expect(page.getByLabel('Email')).toHaveAccessibleDescription(
    /That doesn’t look like an email address/,
  )
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('')

  await mistakes.getByRole('link', { name: 'Choose a password' }).click()
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused()
  await page.keyboard.type(password)
  const username = site.newName('susan')
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Email').fill(`${username}@example.com`)
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page.getByText(`Welcome, ${username}. Your account is ready.`)).toBeVisible()
})

test('a name that somebody has is the one thing to change', async ({ page, site }) => {
  const susan = await site.person('susan')
  await page.goto('/sign-up')
  await page.getByLabel('Username').fill(susan.username.toUpperCase())
  await page.getByLabel('Email').fill(`another.${susan.email}`)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Username')).toBeFocused()
  await expect(page.getByLabel('Username')).toHaveAccessibleDescription(/Somebody already has that username/)
  await expect(page.getByLabel('Email')).toHaveValue(`another.${susan.email}`)
  await expect(page.getByLabel('Email')).not.toHaveAttribute('aria-invalid')
})

test('the password can be looked at while it is typed', async ({ page }) => {
  await page.goto('/sign-up')
  const field = page.getByLabel('Password', { exact: true })
  await field.fill('tea')
  await expect(field).toHaveAttribute('type', 'password')
  await page.getByRole('button', { name: 'Show password' }).click()
  await expect(field).toHaveAttribute('type', 'text')
  await page.getByRole('button', { name: 'Hide password' }).click()
  await expect(field).toHaveAttribute('type', 'password')
})

test('a password link sets a new password, once', async ({ page, site }) => {
  const susan = await site.person('susan')
  const link = (await site.command('user', 'password-link', susan.username)).split('\n')[0] ?? ''
  await page.goto(link)
  await page.getByLabel('Password', { exact: true }).fill('a lamp by the window')
  await page.getByRole('button', { name: 'Set password' }).click()
  await expect(page.getByText('Your password is changed.')).toBeVisible()
  await page.getByLabel('Username or email').fill(susan.email)
  await page.getByLabel('Password', { exact: true }).fill('a lamp by the window')
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible()
  await page.goto(link)
  await expect(page.getByText('This link was used already')).toBeVisible()
})
