import { password, signIn } from './people.ts'
import { expect, type Page, test } from './site.ts'

test('a wrong password keeps the name, and asks for the password again', async ({ page, site }) => {
  const susan = await site.person('susan')
  await page.goto('/sign-in')
  await page.getByLabel('Username or email').fill(susan.username)
  await page.getByLabel('Password', { exact: true }).fill('coffee at the station')
  await page.getByLabel('Keep me signed in').check()
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()

  await expect(page.getByRole('alert')).toHaveText('Wrong username or password.')
  await expect(page.getByLabel('Username or email')).toHaveValue(susan.username)
  await expect(page.getByLabel('Keep me signed in')).toBeChecked()
  const field = page.getByLabel('Password', { exact: true })
  await expect(field).toHaveValue('')
  await expect(field).toBeFocused()
  await expect(field).toHaveAccessibleDescription(/Wrong username or password/)
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible()
})

test('signing in leads to where one wanted to go', async ({ page, site }) => {
  const susan = await site.person('susan')
  await page.goto('/posts/new')
  await expect(page.getByText('Sign in to post.')).toBeVisible()
  await page.getByLabel('Username or email').fill(susan.username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/posts/new')
  await expect(page.getByLabel('What’s on your mind?')).toBeFocused()
})

test('so does signing up instead', async ({ page, site }) => {
  const username = site.newName('susan')
  await page.goto('/settings/appearance')
  await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click()
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Email').fill(`${username}@example.com`)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/settings/appearance')
})

test('but never to another site', async ({ page, site }) => {
  const susan = await site.person('susan')
  await page.goto('/sign-in?next=//elsewhere.example/')
  await page.getByLabel('Username or email').fill(susan.username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible()
  await expect(page).toHaveURL('/')
})

test('words written in a session that has ended come along through signing in', async ({ page, site }) => {
  const susan = await site.person('susan')
  await signIn(page, susan)
  await page.getByLabel('What’s on your mind?').fill('The kettle is singing.')
  await site.command('user', 'sign-out', susan.username)
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  await expect(page.getByText('Sign in to post.')).toBeVisible()
  await page.getByLabel('Username or email').fill(susan.username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('What’s on your mind?')).toHaveValue('The kettle is singing.')
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  await expect(page.getByRole('article')).toContainText(['The kettle is singing.'])
})

test('a session lasts as long as the browser, unless it is to be kept', async ({ page, site }) => {
  const susan = await site.person('susan')
  const session = async () =>
    (await page.context().cookies()).find(cookie => cookie.name === 'session')?.expires
  await signIn(page, susan)
  expect(await session()).toBe(-1)
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByText('You’re signed out.')).toBeVisible()
  await page.goto('/sign-in')
  await page.getByLabel('Username or email').fill(susan.username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Keep me signed in').check()
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible()
  expect(await session()).toBeGreaterThan(Date.now() / 1000 + 86_400)
})

const hasAccount = (page: Page) => page.getByRole('banner').getByRole('button', { name: 'Sign out' })

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without'
  test(`after signing out, Back shows nothing private, ${how} JavaScript`, async ({
    playwright,
    launchOptions,
    site,
  }) => {
    // Playwright turns the back/forward cache off; chromium-headless-shell has none either way.
    const ignoreDefaultArgs = ['--disable-back-forward-cache']
    const browser = await playwright.chromium.launch({ ...launchOptions, ignoreDefaultArgs })
    const context = await browser.newContext({ baseURL: site.url, javaScriptEnabled, locale: 'en-US' })
    await context.addCookies([(await site.person('susan')).cookie])
    const page = await context.newPage()
    for (const path of ['/', '/settings/account', '/explore', '/posts/new']) await page.goto(path)
    await page.getByLabel('What’s on your mind?').pressSequentially('Private words')
    await hasAccount(page).click()
    await expect(page.getByText('You’re signed out.')).toBeVisible()
    await page.waitForLoadState()
    for (let pages = 0; pages < 4; pages++) {
      await page.goBack({ waitUntil: 'commit' })
      await expect(page.getByRole('banner').getByRole('link', { name: 'Sign in' })).toBeVisible()
      await expect(hasAccount(page)).toHaveCount(0)
    }
    const { origins } = await context.storageState()
    expect(JSON.stringify(origins)).not.toContain('Private words')
    await browser.close()
  })
}

test('a page that is shown again is loaded again, unless it is still its reader’s', async ({
  pageOf,
  site,
}) => {
  const page = await pageOf(await site.person('susan'))
  await page.goto('/explore')
  const showAgain = () =>
    page.evaluate(`dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })) && undefined`)
  await page.evaluate('window.isTheSame = true')
  await showAgain()
  // A page that loads again is hidden at once.
  expect(await page.evaluate('document.documentElement.hidden')).toBe(false)
  expect(await page.evaluate('window.isTheSame')).toBe(true)
  await page.evaluate(`localStorage.setItem('viewer', '')`)
  await page.context().clearCookies()
  await showAgain()
  await expect(page.getByRole('banner').getByRole('link', { name: 'Sign in' })).toBeVisible()
})
