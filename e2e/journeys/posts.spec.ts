import { openMenu } from './menu.ts'
import { publish } from './people.ts'
import { expect, test } from './site.ts'

test('a post is edited, and says so', async ({ site, pageOf }) => {
  const susan = await site.person('susan')
  const path = await susan.publish('The ferry is blue.')
  const page = await pageOf(susan)
  await page.goto(path)
  await (await openMenu(page.getByRole('article'))).getByRole('link', { name: 'Edit' }).click()
  const words = page.getByLabel('What’s on your mind?')
  await expect(words).toHaveValue('The ferry is blue.')
  await words.fill('The ferry is green.')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Changes saved.')).toBeVisible()
  await expect(page).toHaveURL(path)
  await expect(page.getByRole('article')).toContainText('The ferry is green.')
  await expect(page.getByRole('article')).toContainText(/Edited /)
  await page.goto('/')
  await expect(page.getByRole('article')).toContainText(['edited'])
})

test('deleting asks first', async ({ site, pageOf }) => {
  const susan = await site.person('susan')
  const path = await susan.publish('This will not last.')
  const page = await pageOf(susan)
  await page.goto('/')
  const ask = async () =>
    (await openMenu(page.getByRole('article'))).getByRole('link', { name: 'Delete' }).click()
  await ask()
  await expect(page.getByRole('heading', { name: 'Delete this post?' })).toBeVisible()
  await expect(page.getByRole('article')).toContainText('This will not last.')
  await page.getByRole('link', { name: 'Cancel' }).click()
  await expect(page).toHaveURL(path)
  await ask()
  await page.getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('Post deleted.')).toBeVisible()
  await expect(page.getByRole('article')).toHaveCount(0)
  await page.goto(path)
  await expect(page.getByText('This post doesn’t exist, or its author has deleted it.')).toBeVisible()
})

test('a post that is too long comes back with every word', async ({ site, pageOf }) => {
  const page = await pageOf(await site.person('susan'))
  const long = 'a tide table '.repeat(12)
  await page.goto('/')
  await page.getByLabel('What’s on your mind?').fill(long)
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  const words = page.getByLabel('What’s on your mind?')
  await expect(words).toHaveAccessibleDescription(/^15 characters over the limit/)
  await expect(words).toHaveValue(long)
  await expect(words).toBeFocused()
  await publish(page, 'A tide table.')
  await expect(page.getByRole('article')).toHaveCount(1)
})

test('an edit that is too long, too', async ({ site, pageOf }) => {
  const susan = await site.person('susan')
  const path = await susan.publish('Short.')
  const page = await pageOf(susan)
  await page.goto(`${path}/edit`)
  await page.getByLabel('What’s on your mind?').fill('x'.repeat(141))
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(
    page.getByText('1 character over the limit. A post can have up to 140 characters.'),
  ).toBeVisible()
  await expect(page.getByLabel('What’s on your mind?')).toHaveValue('x'.repeat(141))
  await page.getByRole('link', { name: 'Cancel' }).click()
  await expect(page.getByRole('article')).toContainText('Short.')
})

test('somebody else’s post can be read, not changed', async ({ site, pageOf }) => {
  const path = await (await site.person('john')).publish('Mine.')
  const page = await pageOf(await site.person('susan'))
  await page.goto(path)
  await expect(page.getByRole('article')).toContainText('Mine.')
  const menu = await openMenu(page.getByRole('article'))
  await expect(menu.getByRole('link')).toHaveText(['Copy link', 'RSS feed'])
  for (const way of ['edit', 'delete']) {
    await page.goto(`${path}/${way}`)
    await expect(page.getByRole('heading', { name: 'You can’t change this' })).toBeVisible()
  }
})

test('links, mentions and hashtags lead somewhere; markup is only words', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const body = `<b>Tea</b> with @${john.username} at https://example.com/tea?a=1&b=2 #té`
  const page = await pageOf(susan)
  await page.goto(await susan.publish(body))
  const post = page.getByRole('article')
  await expect(post).toContainText(body)
  await expect(post.getByRole('link', { name: 'https://example.com/tea' })).toHaveAttribute('rel', /nofollow/)
  await post.getByRole('link', { name: '#té' }).click()
  await expect(page.getByRole('heading', { name: '#té', exact: true })).toBeVisible()
  await page.getByRole('link', { name: `@${john.username}`, exact: true }).click()
  await expect(page).toHaveURL(`/@${john.username}`)
})

test('accents that are stacked do not run over the post of somebody else', async ({ site, pageOf }) => {
  const susan = await site.person('susan')
  for (const body of ['Below: e', 'Above, and readable.']) await susan.publish(body)
  const page = await pageOf(susan)
  await page.goto('/')
  const [above, below] = [page.getByRole('article').nth(0), page.getByRole('article').nth(1)]
  const before = await above.screenshot()
  // As older versions stored it: now it is published with eight.
  await below.locator('.content').evaluate(content => {
    content.textContent += '\u0301'.repeat(300)
  })
  expect((await above.screenshot()).equals(before)).toBe(true)
})

test('lists show ten lines of a post, and lead to the rest without a script', async ({ site, openPage }) => {
  const susan = await site.person('susan')
  const lines = Array.from({ length: 30 }, (_, n) => `${n + 1}`)
  const path = await susan.publish(lines.join('\n'))
  const page = await openPage({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } })
  await page.goto(`/@${susan.username}`)
  const content = page.getByRole('article').locator('.content')
  const heightOf = async () => (await content.boundingBox())?.height ?? 0
  const short = await heightOf()
  await page.getByRole('link', { name: 'Show more' }).click()
  await expect(page).toHaveURL(path)
  await expect(page.getByRole('link', { name: 'Show more' })).toHaveCount(0)
  expect(short).toBeLessThan(300)
  expect(await heightOf()).toBeGreaterThan(2 * short)
})

test('a name from right to left loses its end where it is cut, not its beginning', async ({
  site,
  pageOf,
}) => {
  const susan = await site.person('susan')
  await susan.send('/settings/profile', { displayName: 'אברהם בן יעקב '.repeat(4), about: '' })
  await susan.publish('Shalom.')
  const john = await site.person('john')
  await john.send(`/messages/@${susan.username}`, { body: 'Shalom.' })
  for (const [width, selector] of [
    [320, 'article .author b'],
    [1280, '.account b'],
    [320, '.thread-header b'],
  ] as const) {
    const isThread = selector.startsWith('.thread')
    const page = await pageOf(isThread ? john : susan)
    await page.setViewportSize({ width, height: 800 })
    await page.goto(isThread ? `/messages/@${susan.username}` : '/')
    const [isFirstShown, isLastShown] = await page.locator(selector).evaluate(name => {
      const isShown = (at: number) => {
        const range = name.ownerDocument.createRange()
        const text = name.firstChild?.firstChild ?? name.firstChild
        if (!text) return false
        range.setStart(text, at)
        range.setEnd(text, at + 1)
        const [one, box] = [range.getBoundingClientRect(), name.getBoundingClientRect()]
        return one.left >= box.left - 1 && one.right <= box.right + 1
      }
      return [isShown(0), isShown((name.textContent ?? '').length - 1)]
    })
    expect([isFirstShown, isLastShown], selector).toEqual([true, false])
  }
})
