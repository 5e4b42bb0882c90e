import { openMenu } from './menu.ts'
import { expect, test } from './site.ts'

test('somebody is blocked from their profile, and each loses sight of the other', async ({
  site,
  pageOf,
}) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await john.follow(susan)
  const post = await john.publish('Loud words.')
  const [hers, his] = [await pageOf(susan), await pageOf(john)]
  await hers.goto(`/@${john.username}`)
  const menu = await openMenu(hers.locator('.profile'))
  await menu.getByRole('link', { name: `Block ${john.username}` }).click()
  await expect(hers.getByRole('heading', { name: `Block ${john.username}?` })).toBeVisible()
  await hers.getByRole('main').getByRole('button', { name: 'Block' }).click()
  await expect(hers).toHaveURL(`/@${john.username}`)
  await expect(hers.getByRole('main').getByRole('status')).toHaveText(`You’ve blocked ${john.username}.`)
  await expect(hers.getByRole('heading', { name: `You’ve blocked ${john.username}` })).toBeVisible()
  await expect(hers.getByRole('article')).toHaveCount(0)
  await hers.goto(post)
  await expect(hers.getByRole('heading', { name: 'There’s nothing here' })).toBeVisible()
  await his.goto(`/@${susan.username}`)
  await expect(his.getByText(`${susan.username}’s posts aren’t available to you.`)).toBeVisible()
  await expect(his.getByRole('button', { name: /follow/i })).toHaveCount(0)
  await his.goto('/')
  await expect(his.getByRole('article').filter({ hasText: susan.username })).toHaveCount(0)
})

test('the privacy settings list who is blocked and let them back, without JavaScript', async ({
  site,
  openPage,
}) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await susan.send(`/@${john.username}/block`, {})
  const page = await openPage({ javaScriptEnabled: false })
  await page.context().addCookies([susan.cookie])
  await page.goto('/settings/privacy')
  await page.getByRole('button', { name: `Unblock ${john.username}` }).click()
  await expect(page).toHaveURL('/settings/privacy')
  await expect(page.getByText('You haven’t blocked anyone.')).toBeVisible()
  const choice = page
    .getByRole('group', { name: 'message you' })
    .getByRole('button', { name: 'People you follow' })
  await choice.click()
  await expect(page.getByRole('main').getByRole('status')).toHaveText('Setting saved.')
  await expect(choice).toHaveAttribute('aria-pressed', 'true')
  await page.goto(`/@${john.username}`)
  await expect(page.getByRole('main').getByRole('button', { name: 'Follow' })).toBeVisible()
})
