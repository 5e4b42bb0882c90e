import { expect, type Page, test } from './site.ts'

const parts = (page: Page) => {
  const post = page.getByRole('article').filter({ hasText: 'The harbour' })
  const menu = post.locator('[data-verb=repost]')
  const item = (name: string) => menu.getByRole('button', { name, exact: true })
  return { post, summary: menu.locator('summary'), item, line: post.getByText('You reposted') }
}

test('a post is reposted from its menu, which closes and keeps the focus', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await john.publish('The harbour is quiet.')
  const page = await pageOf(susan)
  await page.goto(`/@${john.username}`)
  const { summary, item } = parts(page)
  await summary.press('Enter')
  await item('Repost').press('Enter')
  await expect(summary).toHaveText(/Reposted.*\(1 repost\)/)
  await expect(summary).toBeFocused()
  await expect(item('Undo repost')).toBeHidden()
  await summary.press('Enter')
  await item('Undo repost').click()
  await expect(summary).toHaveText(/^\s*Repost\s*$/)
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('reposted and undone: each leads back to the post in the older ones', async ({ page, site }) => {
    const [susan, john] = [await site.person('susan'), await site.person('john')]
    const path = await john.publish('The harbour is quiet.')
    for (let tide = 1; tide <= 12; tide++) await john.send('/posts', { body: `Tide ${tide}.` })
    await page.context().addCookies([susan.cookie])
    const older = `/@${john.username}?before=1999999999999-1`
    await page.goto(older)
    const { post, summary, item, line } = parts(page)
    await summary.click()
    await item('Repost').click()
    await expect(page).toHaveURL(`${older}#post-${path.split('/')[2]}`)
    await expect(post).toBeInViewport()
    await page.goto(`/@${susan.username}`)
    await expect(line).toBeVisible()
    await summary.click()
    await item('Undo repost').click()
    await expect(page.getByRole('article')).toHaveCount(0)
  })
})
