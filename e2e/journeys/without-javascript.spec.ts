import { openMenu } from './menu.ts'
import { password, publish, signIn } from './people.ts'
import { expect, test } from './site.ts'

test.use({ javaScriptEnabled: false })

test('sign up, with the password twice', async ({ page, site }) => {
  const username = site.newName('susan')
  await page.goto('/sign-up')
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Email').fill(`${username}@example.com`)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Repeat password').fill(`${password}s`)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expect(page.getByLabel('Repeat password')).toHaveAccessibleDescription(/don’t match/)
  await expect(page.getByLabel('Username')).toHaveValue(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Repeat password').fill(password)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expect(page.getByText(`Welcome, ${username}. Your account is ready.`)).toBeVisible()
})

test('post, follow, read, edit, delete, sign out', async ({ page, site }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await john.publish('The harbour is quiet this morning.')
  await signIn(page, susan)
  await publish(page, `No script, @${john.username}.`)
  await page.getByRole('link', { name: `@${john.username}`, exact: true }).click()
  await page
    .getByRole('main')
    .getByRole('button', { name: `Follow ${john.username}` })
    .click()
  await expect(page.getByText(`You now follow ${john.username}.`)).toBeVisible()
  await page.getByRole('link', { name: 'Home', exact: true }).click()
  await expect(page.getByRole('article')).toContainText(['No script', 'The harbour is quiet this morning.'])

  const own = page.getByRole('article').filter({ hasText: 'o script' })
  await (await openMenu(own)).getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('What’s on your mind?').fill('Still no script.')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Changes saved.')).toBeVisible()
  await (await openMenu(own)).getByRole('link', { name: 'Delete' }).click()
  await expect(page.getByRole('heading', { name: 'Delete this post?' })).toBeVisible()
  await page.getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('Post deleted.')).toBeVisible()
  await expect(page.getByRole('article')).toHaveCount(1)
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByText('You’re signed out.')).toBeVisible()
})

test('a blank post and one that is too long', async ({ page, site }) => {
  await signIn(page, await site.person('susan'))
  await page.getByLabel('What’s on your mind?').fill('   ')
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  const words = page.getByLabel('What’s on your mind?')
  await expect(words).toHaveAccessibleDescription('Write something first.')
  await words.fill('y'.repeat(150))
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  await expect(words).toHaveAccessibleDescription(/^10 characters over the limit/)
  await expect(words).toHaveValue('y'.repeat(150))
})

test('theme and language', async ({ page, site }) => {
  await page.goto('/explore')
  await page.getByRole('button', { name: 'Dark' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.getByRole('button', { name: 'Español' }).click()
  await expect(page.locator('html')).toHaveAttribute('lang', 'es')
  await expect(page).toHaveURL('/explore')
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Explorar' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.goto(`/@${(await site.person('susan')).username}`)
  await expect(page.locator('html')).toHaveAttribute('lang', 'es')
})

test('a form whose answer got lost is sent again, and publishes once', async ({ page, site }) => {
  await signIn(page, await site.person('susan'))
  await page.route('**/posts', async route => {
    await route.fetch({ maxRedirects: 0 })
    await route.abort('aborted')
  })
  await page.getByLabel('What’s on your mind?').fill('Once is enough.')
  const lost = page.waitForEvent('requestfailed')
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  await lost
  await page.unroute('**/posts')
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  await expect(page.getByText('Posted.')).toBeVisible()
  await page.reload()
  await expect(page.getByRole('article')).toHaveCount(1)
})

test('following while signed out, through signing up', async ({ page, site }) => {
  const [wilf, username] = [await site.person('wilf'), site.newName('susan')]
  await page.goto(`/@${wilf.username}`)
  const main = page.getByRole('main')
  await main.getByRole('button', { name: `Follow ${wilf.username}` }).click()
  await expect(page.getByText(`Sign in to follow ${wilf.username}.`)).toBeVisible()
  await main.getByRole('link', { name: 'Sign up' }).click()
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Email').fill(`${username}@example.com`)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Repeat password').fill(password)
  await main.getByRole('button', { name: 'Sign up' }).click()
  await expect(page).toHaveURL(`/@${wilf.username}`)
  await expect(main.getByRole('button', { name: `Unfollow ${wilf.username}` })).toBeVisible()
})
