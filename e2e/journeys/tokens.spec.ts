import { signIn } from './people.ts'
import { expect, test } from './site.ts'

test('a token lets a program write in somebody’s name, until it is revoked', async ({
  page,
  pageOf,
  site,
}) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await john.follow(susan)
  await signIn(page, susan)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('link', { name: 'Apps' }).click()
  await page.getByLabel('Name').fill('Weather station')
  await page.getByLabel('Read and write').check()
  await page.getByLabel('In 30 days', { exact: true }).check()
  await page.getByRole('button', { name: 'Create token' }).click()
  const field = page.getByLabel('Your new token')
  await expect(field).toBeFocused()
  await page.getByRole('button', { name: 'Copy' }).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  const authorization = `Bearer ${await field.inputValue()}`

  const post = () =>
    page.request.post('/api/posts', { headers: { authorization }, data: { body: 'Wind from the west.' } })
  expect((await post()).status()).toBe(201)
  const johns = await pageOf(john)
  await johns.goto('/')
  await expect(johns.getByRole('article').filter({ hasText: 'Wind from the west.' })).toBeVisible()

  await page.goto('/settings/apps')
  await expect(page.getByText(authorization.slice(7))).toHaveCount(0)
  await page.getByRole('button', { name: 'Revoke Weather station' }).click()
  await expect(page.getByText('Token revoked.')).toBeVisible()
  expect((await post()).status()).toBe(401)
})

test('without scripts, a token is there to be copied by hand', async ({ openPage, site }) => {
  const page = await openPage({ javaScriptEnabled: false })
  await page.context().addCookies([(await site.person('susan')).cookie])
  await page.goto('/settings/apps')
  await page.getByRole('button', { name: 'Create token' }).click()
  await expect(page.getByText('Choose a name of 1 to 64 characters.')).toBeVisible()
  await page.getByLabel('Name').fill('By hand')
  await page.getByRole('button', { name: 'Create token' }).click()
  await expect(page.getByLabel('Your new token')).toHaveValue(/^[\w-]{43}$/)
})

test('the docs lead from the settings to an operation and to what it answers', async ({ page, site }) => {
  await page.context().addCookies([(await site.person('susan')).cookie])
  await page.goto('/settings/apps')
  await page.getByRole('link', { name: 'API documentation' }).click()
  await page
    .getByRole('navigation', { name: 'On this page' })
    .getByRole('link', { name: 'Posts', exact: true })
    .click()
  const publish = page.locator('#createPost')
  await expect(publish).toBeInViewport()
  await publish.getByRole('link', { name: 'Post', exact: true }).click()
  await expect(page.locator('#schema-Post')).toBeInViewport()
})

test('a feed is XML to a browser, whatever is in it', async ({ page, site }) => {
  const susan = await site.person('susan')
  await susan.publish('<b>bold</b> & ]]> "quoted" مرحبا 😀 #tea')
  await page.goto(`/@${susan.username}`)
  const address = String(await page.locator('link[type="application/atom+xml"]').getAttribute('href'))
  const read = `fetch(${JSON.stringify(address)}).then(answer => answer.text()).then(text => {
    const feed = new DOMParser().parseFromString(text, 'application/xml')
    const words = new DOMParser().parseFromString(feed.querySelector('content').textContent, 'text/html')
    return [feed.querySelector('parsererror') === null, feed.documentElement.namespaceURI, words.body.textContent]
  })`
  expect(await page.evaluate(read)).toEqual([
    true,
    'http://www.w3.org/2005/Atom',
    '<b>bold</b> & ]]> "quoted" مرحبا 😀 #tea',
  ])
})
