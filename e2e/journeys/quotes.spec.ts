import { openMenu } from './menu.ts'
import { expect, test } from './site.ts'

const idOf = (path: string) => path.replace('/posts/', '')

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('a post is quoted, and its author takes it out of the quote', async ({ site, browser, page }) => {
    const [susan, john] = [await site.person('susan'), await site.person('john')]
    const post = await susan.publish('The ferry is late.')
    await page.context().addCookies([john.cookie])
    await page.goto(`/posts/new?quote=${idOf(post)}`)
    const card = page.locator('.quoted')
    await expect(card).toContainText('The ferry is late.')
    await page.getByRole('button', { name: 'Post', exact: true }).click()
    await expect(page.getByRole('textbox')).toHaveAccessibleDescription(
      'Write something or add a picture first.',
    )
    await page.getByRole('textbox', { name: 'Add your words' }).fill('As every day.')
    await page.getByRole('button', { name: 'Post', exact: true }).click()
    const quote = page.getByRole('article').filter({ hasText: 'As every day.' })
    await quote.getByRole('link', { name: `Quoted post by ${susan.username}` }).click()
    await expect(page).toHaveURL(post)
    await page.getByRole('link', { name: '1 quote' }).click()
    await expect(page.getByRole('article')).toHaveText([/As every day.*The ferry is late/s])

    const context = await browser.newContext({ javaScriptEnabled: false })
    await context.addCookies([susan.cookie])
    const other = await context.newPage()
    await other.goto(`${site.url}/notifications`)
    await other.getByRole('link', { name: /quoted your post/ }).click()
    const menu = await openMenu(other.getByRole('article').first())
    await menu.getByRole('button', { name: 'Remove your post from this quote for good' }).click()
    await expect(other.getByText('Quote removed for good.')).toBeVisible()
    await expect(other.getByRole('article').first()).toContainText('The quoted post was removed.')
    await context.close()
  })

  test('a post is pinned, edited, read as it was, and unpinned', async ({ site, page }) => {
    const susan = await site.person('susan')
    await susan.publish('Tea at five.')
    await susan.publish('Something else.')
    await page.context().addCookies([susan.cookie])
    await page.goto(`/@${susan.username}`)
    const post = page.getByRole('article').filter({ hasText: 'Tea' })
    await (await openMenu(post)).getByRole('button', { name: 'Pin to profile' }).click()
    await expect(page.getByText('Pinned to your profile.')).toBeVisible()
    await expect(page.getByRole('article')).toHaveText([/^\s*\S*\s*Pinned[^]*Tea/, /Something else/])
    await (await openMenu(post)).getByRole('link', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'What’s on your mind?' }).fill('Tea at six.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('link', { name: /^Edited/ }).click()
    await expect(page.getByRole('article')).toHaveText([
      /^\s*Now[^]*Tea at six/,
      /^\s*As first posted[^]*Tea at five/,
    ])
    await page.goto(`/@${susan.username}`)
    await (await openMenu(post)).getByRole('button', { name: 'Unpin' }).click()
    await expect(page.getByRole('article')).toHaveText([/Something else/, /Tea at six/])
  })
})

test('a press on the card opens what is quoted, and one beside it the post', async ({ site, page }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const quoted = await susan.publish('The ferry is late.')
  const post = await john.publish('As every day.', { quote: idOf(quoted) })
  await page.goto(`/@${john.username}`)
  await page.locator('.quoted').click()
  await expect(page).toHaveURL(quoted)
  await page.goBack()
  await page.getByText('As every day.').click()
  await expect(page).toHaveURL(post)
})
