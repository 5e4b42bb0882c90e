import type { Page } from 'playwright/test'
import { password, signIn } from './people.ts'
import { expect, test } from './site.ts'

/** Answers from the list that is open. */
async function answer(page: Page, words: string, body: string): Promise<void> {
  const post = page.getByRole('article').filter({ hasText: words })
  await post.getByRole('link', { name: /^Reply/ }).click()
  await page.getByRole('textbox', { name: /^Reply to/ }).fill(body)
  await page.getByRole('main').getByRole('button', { name: 'Reply' }).click()
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('a post is answered from a list, and its author answers in the thread', async ({
      site,
      browser,
      page,
    }) => {
      const [susan, john] = [await site.person('susan'), await site.person('john')]
      await john.follow(susan)
      await susan.publish('Does the ferry take bicycles?')
      await page.context().addCookies([john.cookie])
      await page.goto('/')
      await answer(page, 'bicycles', 'She does.')
      await expect(page.getByText('Posted.')).toBeVisible()
      await expect(page.getByRole('article')).toHaveText([/bicycles/, /She does/])
      await expect(page.getByRole('article').nth(1)).toBeInViewport()

      const context = await browser.newContext({ javaScriptEnabled })
      await context.addCookies([susan.cookie])
      const other = await context.newPage()
      await other.goto(`${site.url}/notifications`)
      await other.getByRole('link', { name: /replied to your post/ }).click()
      await expect(other.getByRole('heading', { level: 1 })).toHaveText('Conversation')
      const box = other.getByRole('textbox', { name: /^Reply to/ })
      await other.getByRole('article').nth(1).getByRole('link', { name: 'Reply' }).click()
      if (javaScriptEnabled) await expect(box).toBeFocused()
      await box.fill('Then I come with two.')
      await other.getByRole('main').getByRole('button', { name: 'Reply' }).click()
      await expect(other.getByRole('article')).toHaveText([/bicycles/, /She does/, /with two/])
      await context.close()
    })
  })
}

test('a visitor who answers signs in first, and the words travel along', async ({ site, page }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const path = await susan.publish('Who is there?')
  await page.goto(path)
  await page.getByRole('article').getByRole('link', { name: 'Reply' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in')
  await page.getByLabel('Username or email').fill(john.username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('textbox', { name: /^Reply to/ })).toBeFocused()
})

test('a deleted post leaves a gap in its thread', async ({ site, page }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const root = await susan.publish('One')
  const { headers } = await john.send(`${root}/replies`, { body: 'Two' })
  const second = (headers.get('location') ?? '').replace(/^.*#post-/, '/posts/')
  await susan.send(`${second}/replies`, { body: 'Three' })
  await john.send(`${second}/delete`, {})
  await signIn(page, susan)
  await page.goto(root)
  await expect(page.getByRole('main')).toContainText('This post was deleted.')
  await expect(page.getByRole('article')).toHaveText([/One/, /Three/])
})
