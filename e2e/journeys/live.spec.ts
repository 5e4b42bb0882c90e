import type { Request } from 'playwright/test'
import { signIn } from './people.ts'
import { expect, type Page, test } from './site.ts'

const badge = (page: Page) => page.locator('[data-badge=notifications]')
const news = (page: Page) => page.locator('live-news > *')
const words = (page: Page) => page.getByRole('article').locator('.content')
/** Counts the streams that a page's browser has open, of all its tabs. */
const streamsOf = (page: Page) => {
  const open = new Map<Request, Page>()
  page.context().on('request', request => {
    if (request.url().includes('/live?')) open.set(request, request.frame().page())
  })
  page.context().on('requestfinished', request => void open.delete(request))
  page.context().on('requestfailed', request => void open.delete(request))
  return () => [...open.values()].filter(page => !page.isClosed()).length
}
/** Opens Home and waits for its stream; the answer counts the streams. */
const openHome = async (page: Page) => {
  const open = streamsOf(page)
  await page.goto('/')
  await expect.poll(open).toBe(1)
  return open
}
/** As when the browser keeps the page for the way back, or shows it again. */
const turn = (page: Page, type: 'pagehide' | 'pageshow') =>
  page.evaluate(`dispatchEvent(new PageTransitionEvent('${type}', { persisted: true }))`)

test('what one writes, the other sees arrive', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await john.follow(susan)
  for (let number = 1; number <= 12; number++) await susan.publish(`Number ${number}`)
  const his = await pageOf(john)
  await his.goto('/')
  await expect(news(his)).toHaveCount(0)
  const hers = await pageOf(susan)
  await hers.goto('/')
  await hers.getByLabel('What’s on your mind?').fill(`The ferry is late, @${john.username}.`)
  await hers.getByRole('button', { name: 'Post', exact: true }).click()
  await expect(news(his)).toHaveText('1 new post')
  await expect(badge(his)).toHaveText('1 1 new')
  await expect(his.locator('live-badges')).toHaveText(/susan.* mentioned you in a post/)
  await susan.publish('It is here.')
  await expect(news(his)).toHaveText('2 new posts')

  await his.getByLabel('What’s on your mind?').fill('Half a thought')
  await his.getByRole('button', { name: '2 new posts' }).click()
  await expect(words(his)).toHaveText([
    'It is here.',
    `The ferry is late, @${john.username}.`,
    ...Array.from({ length: 12 }, (_, index) => `Number ${12 - index}`),
  ])
  await expect(news(his)).toHaveCount(0)
  await expect(his.getByRole('article').first()).toBeFocused()
  await expect(his.getByRole('article').first()).toBeInViewport({ ratio: 1 })
  await expect(his.getByLabel('What’s on your mind?')).toHaveValue('Half a thought')
  await susan.publish('One more.')
  await expect(his.getByRole('button', { name: '1 new post' })).toBeVisible()
  await expect(news(hers)).toHaveText('2 new posts')
})

test('a repost arrives, with who passed it on', async ({ site, pageOf }) => {
  const [susan, john, mary] = [
    await site.person('susan'),
    await site.person('john'),
    await site.person('mary'),
  ]
  await john.follow(susan)
  const page = await pageOf(john)
  await openHome(page)
  // An empty Home has no list that posts could be put into.
  await susan.send(`${await mary.publish('Is it late?')}/repost`, {})
  await expect(news(page)).toHaveText('1 new post')
  await page.getByRole('link', { name: '1 new post' }).click()
  await expect(words(page)).toHaveText(['Is it late?'])
  await susan.send(`${await mary.publish('The ferry is late.')}/repost`, {})
  await page.getByRole('button', { name: '1 new post' }).click()
  await expect(words(page)).toHaveText(['The ferry is late.', 'Is it late?'])
  await expect(page.getByRole('article').first()).toContainText(`${susan.username} reposted`)
})

test('a reply arrives in the open thread and in notifications', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const path = await susan.publish('Does the ferry run today?')
  const hers = await pageOf(susan)
  await hers.goto(path)
  const his = await pageOf(john)
  await his.goto(path)
  await his.getByLabel('Reply to').fill('It does.')
  await his.getByRole('main').getByRole('button', { name: 'Reply' }).click()
  await expect(words(his).last()).toHaveText('It does.')
  await expect(news(hers)).toHaveText('1 new reply')
  await expect(badge(hers)).toHaveText('1 1 new')
  await hers.getByLabel('What comes next?').fill('Half a thought')
  await hers.getByRole('button', { name: '1 new reply' }).click()
  await expect(words(hers)).toHaveText(['Does the ferry run today?', 'It does.'])
  await expect(hers.getByRole('article').last()).toBeFocused()
  await expect(hers.getByLabel('What comes next?')).toHaveValue('Half a thought')
  await expect(news(hers)).toHaveCount(0)
  await hers.goto('/notifications')
  await hers.getByRole('link', { name: /replied to your post/ }).click()
  await expect(words(hers)).toHaveText(['Does the ferry run today?', 'It does.'])
  await expect(hers.getByLabel('Reply to')).toBeVisible()
})

test('what was pressed is where what came begins', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await john.follow(susan)
  for (let number = 1; number <= 20; number++) await susan.publish(`Number ${number}`)
  const page = await pageOf(john)
  await page.setViewportSize({ width: 390, height: 600 })
  await page.goto('/')
  // Where the line has its own place, and where it is stuck at the top.
  for (const [down, scrolled] of [
    [120, 120],
    [200, 320],
  ] as const) {
    await susan.publish('A\nfew\nlines')
    await susan.publish('And\na\nfew\nmore')
    await expect(news(page)).toHaveText('2 new posts')
    await page.mouse.wheel(0, down)
    await expect.poll(() => page.evaluate('scrollY')).toBe(scrolled)
    const before = await news(page).boundingBox()
    // At its edge: no author comes under the pointer, whose card would open.
    await news(page).click({ position: { x: 5, y: 5 } })
    await expect(news(page)).toHaveCount(0)
    await expect(page.getByRole('article').first()).toBeFocused()
    const after = await page.getByRole('article').first().boundingBox()
    expect(Math.abs(Number(after?.y) - Number(before?.y))).toBeLessThan(2)
  }
})

test('more than a page of news is a link to Home', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await john.follow(susan)
  await susan.publish('The first.')
  const page = await pageOf(john)
  await page.goto('/')
  for (let number = 1; number <= 27; number++) await susan.send('/posts', { body: `Number ${number}` })
  await page.getByRole('link', { name: 'New posts' }).click()
  await expect(words(page).first()).toHaveText('Number 27')
  await expect(news(page)).toHaveCount(0)
})

test('tabs share one stream, and the next one goes on with it', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const first = await pageOf(susan)
  const open = await openHome(first)
  const second = await first.context().newPage()
  await second.goto('/explore')
  const third = await first.context().newPage()
  await third.goto('/notifications')
  await john.publish(`Hello @${susan.username}`)
  for (const page of [first, second, third]) await expect(badge(page)).toHaveText('1 1 new')
  await third.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
  await expect(third.getByRole('link', { name: '1 new notification' })).toBeVisible()
  await expect.poll(open).toBe(1)
  await first.close()
  await john.follow(susan)
  for (const page of [second, third]) await expect(badge(page)).toHaveText('2 2 new')
  await expect.poll(open).toBe(1)
})

test('a page come back to has what happened meanwhile', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await susan.follow(john)
  await john.publish('Before.')
  const page = await pageOf(susan)
  const open = await openHome(page)
  await page.goto('/explore')
  await john.publish('Meanwhile.')
  await page.goBack()
  await expect(page.getByText('Meanwhile.').or(news(page))).toBeVisible()
  await page.goto('/explore')
  const other = await page.context().newPage()
  await other.goto('/explore')
  await john.publish('Once more.')
  await page.goBack()
  await expect(page.getByText('Once more.').or(news(page))).toBeVisible()
  await expect.poll(open).toBe(1)
})

test('a page that the browser keeps has no stream until it is shown again', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const page = await pageOf(susan)
  const open = await openHome(page)
  await turn(page, 'pagehide')
  await expect.poll(open).toBe(0)
  await john.follow(susan)
  await turn(page, 'pageshow')
  await expect(badge(page)).toHaveText('1 1 new')
  await john.publish(`Hello @${susan.username}`)
  await expect(badge(page)).toHaveText('2 2 new')
})

test('a tab that is looked at takes the stream, and hears what it missed', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await susan.follow(john)
  const page = await pageOf(susan)
  const open = await openHome(page)
  await turn(page, 'pagehide')
  await expect.poll(open).toBe(0)
  await john.publish('Meanwhile.')
  const other = await page.context().newPage()
  await other.goto('/explore')
  await expect.poll(open).toBe(1)
  await turn(page, 'pageshow')
  await expect(news(page)).toHaveText('1 new post')
  await expect.poll(open).toBe(1)
  await john.follow(susan)
  for (const tab of [page, other]) await expect(badge(tab)).toHaveText('1 1 new')
})

test('a page that is offline asks for nothing, and hears what it missed when it is online', async ({
  site,
  pageOf,
}) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const page = await pageOf(susan)
  const open = await openHome(page)
  await page.context().setOffline(true)
  await expect.poll(open).toBe(0)
  await turn(page, 'pagehide')
  await turn(page, 'pageshow')
  await john.follow(susan)
  await page.context().setOffline(false)
  await expect(badge(page)).toHaveText('1 1 new')
})

test('the stream ends with the session, in every tab, and comes with the next', async ({
  site,
  openPage,
}) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const page = await openPage()
  const open = streamsOf(page)
  await signIn(page, susan)
  const other = await page.context().newPage()
  await other.goto('/explore')
  await expect.poll(open).toBe(1)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByText('You’re signed out.')).toBeVisible()
  await expect.poll(open).toBe(0)
  await signIn(page, john)
  await expect.poll(open).toBe(1)
  await susan.send('/posts', { body: `For @${john.username} alone.` })
  await expect(badge(page)).toHaveText('1 1 new')
  await expect(badge(other)).toBeHidden()
})

test('the title counts what waits, as the page comes and live', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const page = await pageOf(susan)
  await page.goto('/')
  await expect(page).toHaveTitle(/^Home/)
  await john.follow(susan)
  await expect(page).toHaveTitle(/^\(1\) Home/)
  await john.publish(`Tea, @${susan.username}?`)
  await expect(page).toHaveTitle(/^\(2\) Home/)
  await page.goto('/explore')
  await expect(page).toHaveTitle(/^\(2\) Explore/)
  await susan.send('/notifications/read', {})
  await expect(page).toHaveTitle(/^Explore/)
})

test('Home says where one was at the last visit, and the count of what comes stays in sight', async ({
  site,
  pageOf,
}) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await john.follow(susan)
  for (let number = 1; number <= 20; number++) await susan.publish(`Number ${number}`)
  const page = await pageOf(john)
  const line = page.getByText('You were here')
  await page.goto('/')
  await susan.publish('Since then')
  await page.goto('/')
  await expect(words(page).first()).toHaveText('Since then')
  await expect(line).toHaveCount(0)
  await page.goto('/explore')
  await page.evaluate(`for (const [key, value] of Object.entries(localStorage))
    if (key.startsWith('home-seen')) localStorage.setItem(key, JSON.stringify({ ...JSON.parse(value), at: 0 }))`)
  await susan.publish('Later')
  for (let visit = 0; visit < 2; visit++) {
    await page.goto('/')
    await expect(page.locator('.timeline > *').nth(1)).toHaveText('You were here')
    await expect(line).toHaveCount(1)
  }
  await page.mouse.wheel(0, 900)
  await susan.publish('And more')
  await expect(page.getByRole('button', { name: '1 new post' })).toBeInViewport()
})
