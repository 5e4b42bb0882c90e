import { publish } from './people.ts'
import { expect, test } from './site.ts'

test('a post is edited, and says so', async ({ site, pageOf }) => {
  const susan = await site.person('susan')
  const path = await susan.publish('The ferry is blue.')
  const page = await pageOf(susan)
  await page.goto(path)
  await page.getByRole('article').getByRole('link', { name: 'Edit' }).click()
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
  const ask = () => page.getByRole('article').getByRole('link', { name: 'Delete' }).click()
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
  await expect(page.getByRole('link', { name: 'Edit', exact: true })).toHaveCount(0)
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
