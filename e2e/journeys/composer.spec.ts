import { expect, type Page, test } from './site.ts'

const words = (page: Page) => page.getByLabel('What’s on your mind?')
const button = (page: Page) => page.getByRole('button', { name: 'Post', exact: true })

test('the counter speaks up near the limit', async ({ site, pageOf }) => {
  const page = await pageOf(await site.person('susan'))
  await page.goto('/')
  const counter = page.locator('post-composer .count')
  await words(page).fill('x'.repeat(119))
  await expect(counter).toHaveText('')
  await words(page).press('x')
  await expect(counter).toHaveText('20')
  await expect(page.getByRole('status').getByText('20 characters left')).toBeAttached()
  await words(page).fill(`${'x'.repeat(140)}👩‍👩‍👧‍👦`)
  await expect(counter).toHaveText('−1')
  await expect(page.getByRole('status').getByText('1 character over the limit')).toBeAttached()
  const [count, post] = [await counter.boundingBox(), await button(page).boundingBox()]
  expect((post?.x ?? 0) - (count?.x ?? 0) - (count?.width ?? 0), 'close to the button').toBeCloseTo(9.6, 0)
})

test('a draft survives, and is gone once it is published', async ({ site, pageOf }) => {
  const page = await pageOf(await site.person('susan'))
  await page.goto('/')
  await words(page).fill('Half a thought')
  await page.reload()
  await expect(words(page)).toHaveValue('Half a thought')
  await page.goto('/posts/new')
  await expect(words(page)).toHaveValue('Half a thought')
  await words(page).press('End')
  await page.keyboard.type(', finished.')
  await button(page).click()
  await expect(page.getByRole('article')).toContainText(['Half a thought, finished.'])
  await expect(words(page)).toHaveValue('')
  await page.goto('/posts/new')
  await expect(words(page)).toHaveValue('')
})

test('a draft is its writer’s own', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const page = await pageOf(susan)
  await page.goto('/posts/new')
  await words(page).fill('Only for me')
  await page.context().addCookies([john.cookie])
  await page.goto('/posts/new')
  await expect(page.getByRole('banner')).toContainText(john.username)
  await expect(words(page)).toHaveValue('')
})

test('a double click publishes once', async ({ site, pageOf }) => {
  const page = await pageOf(await site.person('susan'))
  const sent: string[] = []
  const isPost = (url: string) => new URL(url).pathname === '/posts'
  page.on('request', request => {
    if (request.method() === 'POST' && isPost(request.url())) sent.push(request.url())
  })
  await page.goto('/')
  await words(page).fill('Once is enough.')
  await button(page).dblclick()
  await expect(page.getByText('Posted.')).toBeVisible()
  await page.reload()
  await expect(page.getByRole('article')).toHaveCount(1)
  expect(sent).toHaveLength(1)
})

test('nothing but spaces is not sent', async ({ site, pageOf }) => {
  const page = await pageOf(await site.person('susan'))
  await page.goto('/explore')
  await page.goto('/posts/new')
  await words(page).fill('   \n ')
  await button(page).click()
  await expect(words(page)).toBeFocused()
  await expect(page).toHaveURL('/posts/new')
})

test('offline, the words stay; back online, they go out', async ({ site, pageOf }) => {
  const page = await pageOf(await site.person('susan'))
  await page.goto('/')
  await words(page).fill('Written in a tunnel.')
  await page.context().setOffline(true)
  await button(page).click()
  await expect(page.getByRole('alert')).toHaveText(/^You seem to be offline\. What you typed is still here/)
  await expect(words(page)).toHaveValue('Written in a tunnel.')
  await page.context().setOffline(false)
  await button(page).click()
  await expect(page.getByText('Posted.')).toBeVisible()
  await expect(page.getByRole('article')).toContainText(['Written in a tunnel.'])
})

test('going back to a page whose words are out shows it fresh', async ({ site, pageOf }) => {
  const page = await pageOf(await site.person('susan'))
  await page.goto('/posts/new')
  await words(page).fill('Said already.')
  await button(page).click()
  await expect(page.getByText('Posted.')).toBeVisible()
  await page.waitForLoadState()
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'New post' })).toBeVisible()
  await expect(words(page)).toHaveValue('')
})

test('a thread is written by keyboard, survives a reload, and is published at once', async ({
  site,
  pageOf,
}) => {
  const page = await pageOf(await site.person('susan'))
  await page.goto('/')
  await words(page).fill('One')
  await page.getByText('Everyone can reply', { exact: true }).first().click()
  await page.getByLabel('Who can reply').selectOption('Nobody can reply')
  await page.getByLabel('Content warning').fill('Long')
  const next = (n: number) => page.getByLabel(`Post ${n} of the thread`)
  for (const [n, text] of [
    [2, 'Two'],
    [3, 'Away'],
    [4, 'x'.repeat(141)],
  ] as const) {
    await page.getByRole('button', { name: 'Add another post' }).press('Enter')
    await expect(next(n)).toBeFocused()
    await page.keyboard.insertText(text)
  }
  await expect(page.locator('post-composer .count')).toHaveText('−1')
  await page.reload()
  await expect(next(4)).toHaveValue('x'.repeat(141))
  await expect(page.getByLabel('Content warning')).toHaveValue('Long')
  await expect(page.getByLabel('Who can reply')).toHaveValue('nobody')
  await next(3).fill('')
  await next(3).press('Backspace')
  await expect(next(2)).toBeFocused()
  await expect(next(3)).toHaveValue('x'.repeat(141))
  await next(2).press('Control+Enter')
  await expect(next(3)).toHaveAccessibleDescription(/^1 character over the limit/)
  await expect(next(3)).toBeFocused()
  await next(3).fill('Three')
  await next(3).press('Control+Enter')
  await expect(page.getByText('Posted.')).toBeVisible()
  const posts = page.getByRole('article')
  await expect(posts).toContainText(['Long', 'Long', 'Long'])
  await expect(posts.nth(0).getByText('One')).toBeHidden()
  await posts.nth(0).locator('.folded summary').press('Enter')
  await expect(posts.nth(0).getByText('One')).toBeVisible()
  await expect(words(page)).toHaveValue('')
  await expect(next(2)).toHaveCount(0)
})
