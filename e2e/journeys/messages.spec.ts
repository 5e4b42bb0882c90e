import type { Person } from './people.ts'
import { expect, type Page, test } from './site.ts'

const write = (page: Page, { username }: Person) => page.getByLabel(`Message to ${username}`)
const badge = (page: Page) => page.getByRole('banner').locator('[data-badge=messages]')
const threadOf = (page: Page) => page.getByRole('log')

test('a conversation begins on a profile and is carried on', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const hers = await pageOf(susan)
  await hers.goto(`/@${john.username}`)
  await hers.getByRole('link', { name: `Message ${john.username}` }).click()
  await expect(hers.getByRole('heading', { name: 'No messages yet' })).toBeVisible()
  await write(hers, john).fill('Is the kettle on?')
  await hers.reload()
  await expect(write(hers, john)).toHaveValue('Is the kettle on?')
  await write(hers, john).press('Control+Enter')
  await expect(threadOf(hers)).toContainText('You: Is the kettle on?')
  await expect(write(hers, john)).toHaveValue('')
  await expect(write(hers, john)).toBeFocused()

  const his = await pageOf(john)
  await his.goto('/')
  await expect(badge(his)).toHaveText('1 1 new')
  await his.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Messages' }).click()
  await expect(his.getByRole('listitem').filter({ hasText: 'Is the kettle on?' })).toContainText(
    '1 new message',
  )
  await his.getByRole('link', { name: susan.username }).click()
  await expect(threadOf(his)).toContainText(`${susan.username}: Is the kettle on?`)
  await expect(badge(his)).toBeHidden()
  await write(his, susan).fill('It is.')
  await his.getByRole('button', { name: 'Send' }).click()
  await expect(threadOf(his)).toContainText('You: It is.')
  await hers.goto('/messages')
  await expect(hers.getByRole('main').getByRole('listitem')).toContainText('It is.')
})

test('what comes is added to the conversation that is open', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const say = (body: string) => susan.send(`/messages/@${john.username}`, { body })
  const page = await pageOf(john)
  await page.goto(`/messages/@${susan.username}`)
  await write(page, susan).fill('Half an answer')
  await say('The first word.')
  await expect(threadOf(page)).toContainText('The first word.')
  await expect(page.getByRole('heading', { name: 'No messages yet' })).toHaveCount(0)
  for (let line = 1; line <= 20; line++) await say(`Line ${line}`)
  await expect(threadOf(page).getByText('Line 20', { exact: true })).toBeInViewport()
  await expect(threadOf(page).getByRole('listitem')).toHaveCount(21)
  await expect(threadOf(page).getByRole('heading')).toHaveCount(1)
  await expect(write(page, susan)).toHaveValue('Half an answer')
  await page.mouse.wheel(0, -2000)
  await expect(threadOf(page).getByText('The first word.')).toBeInViewport()
  await say('Out of sight.')
  await page.getByRole('link', { name: 'New messages below' }).click()
  await expect(threadOf(page).getByText('Out of sight.')).toBeInViewport()
  await expect(page.getByRole('link', { name: 'New messages below' })).toBeHidden()
  await page.goto('/')
  await expect(badge(page)).toBeHidden()
})

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without'
  test(`a long conversation opens at its end, ${how} JavaScript`, async ({ site, openPage }) => {
    const [susan, john] = [await site.person('susan'), await site.person('john')]
    for (let line = 1; line <= 30; line++)
      await susan.send(`/messages/@${john.username}`, { body: `Line ${line}` })
    const page = await openPage({ javaScriptEnabled, viewport: { width: 390, height: 700 } })
    await page.context().addCookies([john.cookie])
    await page.goto('/messages')
    await page.getByRole('main').getByRole('link', { name: susan.username }).click()
    await expect(threadOf(page).getByText('Line 30', { exact: true })).toBeInViewport()
    await write(page, susan).fill('I have read it all.')
    await page.getByRole('button', { name: 'Send' }).click()
    await expect(threadOf(page).getByText('I have read it all.')).toBeInViewport()
    await page.getByRole('link', { name: 'Older messages' }).click()
    await expect(threadOf(page).getByText('Line 1', { exact: true })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Send' })).toHaveCount(0)
    await page.getByRole('link', { name: 'Newer messages' }).click()
    await expect(threadOf(page)).toContainText('Line 30')
  })
}

test('Enter sends, Shift+Enter starts a new line, and one can choose', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const page = await pageOf(susan)
  await page.goto('/messages')
  await page.getByRole('link', { name: 'New message' }).first().click()
  await page.getByLabel('Username or name').fill(john.username)
  await page.keyboard.press('Enter')
  const enterSends = page.getByLabel('Enter sends, Shift+Enter starts a new line')
  await expect(enterSends).toBeChecked()
  await write(page, john).fill('One')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('and two')
  await page.keyboard.press('Enter')
  await expect(threadOf(page)).toContainText('You: One\nand two')
  await expect(enterSends).toBeChecked()
  await enterSends.uncheck()
  await page.reload()
  await expect(enterSends).not.toBeChecked()
  await write(page, john).fill('Three')
  await page.keyboard.press('Enter')
  await expect(write(page, john)).toHaveValue('Three\n')
  await page.getByRole('link', { name: 'Back to messages' }).click()
  await expect(page).toHaveURL('/messages')
})
