import { expect, type Page, test } from './site.ts'

const buttons = (page: Page) => {
  const post = page.getByRole('article').filter({ hasText: 'The harbour' })
  const button = (name: RegExp) => post.getByRole('button', { name })
  return { post, like: button(/^Like/), bookmark: button(/^Bookmark/) }
}

test('a like and a bookmark are set in place, and what goes wrong is said', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await john.publish('The harbour is quiet.')
  const page = await pageOf(susan)
  await page.goto(`/@${john.username}`)
  const { like, bookmark } = buttons(page)
  const place = await bookmark.boundingBox()
  await page.evaluate('window.same = true')
  await like.press('Enter')
  await expect(like).toHaveAccessibleName('Like (1 like)')
  await expect(like).toHaveAttribute('aria-pressed', 'true')
  await expect(like).toBeFocused()
  expect(await bookmark.boundingBox(), 'nothing moves').toEqual(place)
  await bookmark.click()
  await expect(bookmark).toHaveAttribute('aria-pressed', 'true')
  await expect(bookmark).not.toHaveAttribute('aria-busy')

  await page.context().setOffline(true)
  await bookmark.click()
  await expect(page.getByRole('status').filter({ hasText: 'You seem to be offline.' })).toBeVisible()
  await expect(bookmark, 'as it was').toHaveAttribute('aria-pressed', 'true')
  await page.context().setOffline(false)
  await bookmark.click()
  await expect(bookmark).toHaveAttribute('aria-pressed', 'false')
  expect(await page.evaluate('window.same'), 'the page was not loaded again').toBe(true)
  await expect(bookmark).not.toHaveAttribute('aria-busy')

  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  await page.route('**/like/delete', route => answered.then(() => route.continue()), { times: 1 })
  for (const state of ['false', 'true', 'false', 'true']) {
    await like.click()
    expect(await like.getAttribute('aria-pressed'), 'at once, while the first is on its way').toBe(state)
  }
  answer()
  await expect(like).not.toHaveAttribute('aria-busy')
  await expect(like).toHaveAttribute('aria-pressed', 'true')
  await page.reload()
  await expect(like, 'the last press counts').toHaveAccessibleName('Like (1 like)')

  await page.context().clearCookies()
  await bookmark.click()
  await expect(page.getByText('Sign in to bookmark this post.')).toBeVisible()
})

test('a like of a post that was deleted meanwhile says so', async ({ site, browser }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const path = await john.publish('The harbour is quiet.')
  // Chromium calls the answer to the script an error of the page.
  const page = await browser.newPage({ baseURL: site.url })
  await page.context().addCookies([susan.cookie])
  await page.goto(`/@${john.username}`)
  await john.send(`${path}/delete`, {})
  const { like } = buttons(page)
  await like.click()
  await expect(page.getByRole('status').filter({ hasText: 'its author has deleted it' })).toBeVisible()
  await expect(like).toHaveAttribute('aria-pressed', 'false')
  await page.close()
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('liked, unliked, bookmarked, removed: each leads back to the post in the older ones', async ({
    page,
    site,
  }) => {
    const [susan, john] = [await site.person('susan'), await site.person('john')]
    const path = await john.publish('The harbour is quiet.')
    for (let tide = 1; tide <= 12; tide++) await john.send('/posts', { body: `Tide ${tide}.` })
    await page.context().addCookies([susan.cookie])
    const older = `/@${john.username}?before=1999999999999-1`
    await page.goto(older)
    const back = `${older}#post-${path.split('/')[2]}`
    const { post, like, bookmark } = buttons(page)
    for (const [button, pressed] of [
      [like, 'true'],
      [bookmark, 'true'],
      [like, 'false'],
      [like, 'true'],
    ] as const) {
      await button.click()
      await expect(page).toHaveURL(back)
      await expect(post).toBeInViewport()
      await expect(button).toHaveAttribute('aria-pressed', pressed)
    }
    await page.getByRole('link', { name: 'Bookmarks' }).click()
    await bookmark.click()
    await expect(page.getByText('Posts you bookmark will appear here')).toBeVisible()
    await page.goto(path)
    await page.getByRole('link', { name: '1 like' }).click()
    await expect(page.getByRole('heading', { name: 'People who like this post' })).toBeVisible()
    await expect(page.getByRole('main').getByRole('link', { name: `@${susan.username}` })).toBeVisible()
    await page.goto(`/@${susan.username}/likes`)
    await expect(post).toBeVisible()
  })
})
