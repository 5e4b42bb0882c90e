import { expect, type Page, test } from './site.ts'

const badge = (page: Page) => page.locator('[data-badge=notifications]')
const row = (page: Page, words: string) =>
  page.getByRole('main').getByRole('listitem').filter({ hasText: words })

test('a follower, a mention and a message are told, opened and read', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const page = await pageOf(susan)
  await page.goto('/')
  await expect(badge(page)).toBeHidden()
  await john.follow(susan)
  await expect(badge(page)).toHaveText('1 1 new')
  await john.publish(`Tea, @${susan.username}?`)
  await expect(badge(page)).toHaveText('2 2 new')
  await john.send(`/messages/@${susan.username}`, { body: 'Or coffee?' })
  await expect(page.locator('[data-badge=messages]')).toHaveText('1 1 new')
  await expect(badge(page)).toHaveText('2 2 new')

  await page.getByRole('link', { name: 'Notifications' }).click()
  await expect(page.getByRole('main').getByRole('listitem')).toContainText([
    `${john.username} sent you a message (New)`,
    `${john.username} mentioned you in a post (New)`,
    `${john.username} followed you (New)`,
  ])
  await row(page, 'mentioned').getByRole('link').click()
  await expect(page.getByRole('article')).toContainText('Tea,')
  await expect(badge(page)).toHaveText('1 1 new')
  await page.goBack()
  await row(page, 'sent you a message').getByRole('link').click()
  await expect(page.getByText('Or coffee?')).toBeVisible()
  await expect(badge(page)).toHaveText('1 1 new')
  await expect(page.locator('[data-badge=messages]')).toBeHidden()
  await page.goto('/notifications')
  await page.getByRole('button', { name: 'Mark all as read' }).click()
  await expect(page.getByText('All notifications are marked as read.')).toBeVisible()
  await expect(badge(page)).toBeHidden()
  await expect(page.getByRole('button', { name: 'Mark all as read' })).toHaveCount(0)
  await expect(row(page, '(New)')).toHaveCount(0)
})

test('without JavaScript the page and its badge are right when loaded', async ({ site, openPage }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const page = await openPage({ javaScriptEnabled: false })
  await page.context().addCookies([susan.cookie])
  await page.goto('/')
  await john.follow(susan)
  await page.reload()
  await expect(badge(page)).toHaveText('1 1 new')
  await page.getByRole('link', { name: 'Notifications' }).click()
  await row(page, 'followed you').getByRole('link').click()
  await expect(page).toHaveURL(`/@${john.username}`)
  await expect(badge(page)).toBeHidden()
})

test('without JavaScript, the tabs part mentions from the rest, and a kind that is turned off is not told', async ({
  site,
  openPage,
}) => {
  const [susan, john, mary] = [
    await site.person('susan'),
    await site.person('john'),
    await site.person('mary'),
  ]
  await john.follow(susan)
  await john.publish(`Tea, @${susan.username}?`)
  const page = await openPage({ javaScriptEnabled: false })
  await page.context().addCookies([susan.cookie])
  await page.goto('/notifications')
  const rows = page.getByRole('main').getByRole('listitem')
  const tab = (name: string) => page.getByRole('main').getByRole('link', { name, exact: true })
  await expect(rows).toContainText(['mentioned you', 'followed you'])
  await tab('Mentions').click()
  await expect(tab('Mentions')).toHaveAttribute('aria-current', 'page')
  await expect(rows).toContainText(['mentioned you'])
  await tab('All').click()
  await expect(rows).toHaveCount(2)

  await page.goto('/settings/notifications')
  const off = page.getByRole('group', { name: 'New followers' }).getByRole('button', { name: 'Off' })
  await off.click()
  await expect(page.getByText('Setting saved.')).toBeVisible()
  await expect(off).toHaveAttribute('aria-pressed', 'true')
  await mary.follow(susan)
  await mary.publish(`Or coffee, @${susan.username}?`)
  await page.goto('/notifications')
  await expect(rows).toContainText([
    `${mary.username} mentioned you`,
    `${john.username} mentioned you`,
    'followed you',
  ])
})
