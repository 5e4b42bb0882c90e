import { linksIn } from '../../app/testing/mailbox.ts'
import { password } from './people.ts'
import { expect, test } from './site.ts'

test('a sign-up with three errors comes back whole and says each of them', async ({ page, site }) => {
  await page.goto('/sign-up')
  await expect(page.getByLabel('Username')).toBeFocused()
  await page.getByLabel('Username').fill('two words')
  await page.getByLabel('Email').fill('nowhere')
  await page.getByLabel('Password', { exact: true }).fill('short')
  await page.getByRole('button', { name: 'Sign up' }).click()

  const errors = page.getByRole('alert')
  await expect(errors).toContainText('Please fix 3 things:')
  await expect(errors).toBeFocused()
  await expect(errors.getByRole('link')).toHaveCount(3)
  for (const field of ['Username', 'Email', 'Password'])
    await expect(page.getByLabel(field, { exact: true })).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByLabel('Username')).toHaveValue('two words')
  await expect(page.getByLabel('Email')).toHaveValue('nowhere')
  await expect(page.getByLabel('Email')).toHaveAccessibleDescription(
    /That doesn’t look like an email address/,
  )
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue('')

  await errors.getByRole('link', { name: 'Choose a password' }).click()
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused()
  await page.keyboard.type(password)
  const username = site.newName('susan')
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Email').fill(`${username}@example.com`)
  await page.getByRole('button', { name: 'Sign up' }).click()
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
  await expect(page.getByLabel('Username')).toHaveAccessibleDescription(/That username is taken/)
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
  const link = (await site.command('user', 'reset-link', susan.username)).split('\n')[0] ?? ''
  await page.goto(link)
  await page.getByLabel('Password', { exact: true }).fill('a lamp by the window')
  await page.getByRole('button', { name: 'Set password' }).click()
  await expect(page.getByText('Password changed.')).toBeVisible()
  await page.getByLabel('Username or email').fill(susan.username)
  await page.getByLabel('Password', { exact: true }).fill('a lamp by the window')
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible()
  await page.goto(link)
  await expect(page.getByText('It has already been used')).toBeVisible()
})

test('an address is confirmed from the mail that came to it', async ({ page, site, pageOf }) => {
  const susan = await site.person('susan')
  const [link = ''] = linksIn((await site.mailbox.next(susan.email)).text)
  const settings = await pageOf(susan)
  await settings.goto('/settings/account')
  await expect(settings.getByText('Not confirmed yet.')).toBeVisible()

  await page.goto(link)
  await expect(
    page.getByText(`Confirm that ${susan.email} is the email address of @${susan.username}.`),
  ).toBeVisible()
  await page.getByRole('button', { name: 'Confirm address' }).click()
  await expect(page.getByText('Your email address is confirmed.')).toBeVisible()
  await settings.reload()
  await expect(settings.getByText('Confirmed', { exact: true })).toBeVisible()
})

test('another username is chosen by keyboard, and the old one leads to it', async ({
  page,
  site,
  pageOf,
}) => {
  const susan = await site.person('susan')
  const name = site.newName('suzanne')
  const own = await pageOf(susan)
  await own.goto('/settings/account')
  await own.getByRole('link', { name: 'Change your username' }).focus()
  await own.keyboard.press('Enter')
  await expect(own.getByLabel('New username')).toBeFocused()
  await own.keyboard.press('ControlOrMeta+A')
  await own.keyboard.type(name)
  await own.keyboard.press('Tab')
  await own.keyboard.type('not my password')
  await own.keyboard.press('Enter')
  const field = own.getByLabel('Your password', { exact: true })
  await expect(field).toHaveAccessibleDescription(/Wrong password/)
  await expect(own.getByLabel('New username')).toHaveValue(name)
  await expect(field).toBeFocused()
  await own.keyboard.type(password)
  await own.keyboard.press('Enter')
  await expect(own.getByText(`Your username is now @${name}.`)).toBeVisible()

  await page.goto(`/@${susan.username}/followers`)
  await expect(page).toHaveURL(`/@${name}/followers`)
})

test('an account is deleted, and nobody finds anything of it', async ({ page, site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const post = await susan.publish('A last cup of tea.')
  await john.follow(susan)
  const [own, others] = [await pageOf(susan), await pageOf(john)]
  await others.goto('/')
  await expect(others.getByText('A last cup of tea.')).toBeVisible()

  await own.goto('/settings/account')
  await own.getByRole('link', { name: 'Delete your account' }).click()
  await expect(own.getByText('your post')).toBeVisible()
  await own.getByLabel('Your password', { exact: true }).fill(password)
  await own.getByRole('button', { name: 'Delete my account' }).click()
  await expect(own.getByText('Your account has been deleted.')).toBeVisible()

  await others.reload()
  await expect(others.getByText('A last cup of tea.')).toBeHidden()
  for (const path of [post, `/@${susan.username}`]) {
    await page.goto(path)
    await expect(page.getByRole('heading', { name: 'There’s nothing here' })).toBeVisible()
  }
})
