import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { linksIn } from '../../app/testing/mailbox.ts'
import { unzip } from '../../app/testing/unzip.ts'
import { expect, type Page, test } from './site.ts'

/** Downloads the export that is ready, and answers its files. */
async function download(page: Page): Promise<Map<string, string>> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ])
  return unzip(await readFile(await file.path()))
}

test('everything of one’s own comes as a file that can be read offline', async ({
  site,
  pageOf,
  openPage,
}) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  for (const body of ['An early tide.', `Good morning, @${john.username}! 🌊`]) await susan.publish(body)
  await john.follow(susan)
  await john.send(`/messages/@${susan.username}`, { body: 'Between us.' })
  const page = await pageOf(susan)
  await page.goto('/settings/profile')
  await page.getByRole('link', { name: 'Your data' }).click()
  await page.getByRole('button', { name: 'Export my data' }).click()
  await expect(page.getByRole('heading', { name: 'Your export is ready' })).toBeVisible()
  const files = await download(page)

  const folder = await mkdtemp(path.join(tmpdir(), 'microblog-export-'))
  for (const [name, text] of files) await writeFile(path.join(folder, name), text)
  const reader = await openPage({ offline: true })
  await reader.goto(String(pathToFileURL(path.join(folder, 'index.html'))))
  await expect(reader.getByText(susan.email)).toBeVisible()
  await reader.getByRole('navigation').getByRole('link', { name: 'Posts', exact: true }).click()
  await expect(reader.locator('.content')).toHaveText([
    `Good morning, @${john.username}! 🌊`,
    'An early tide.',
  ])
  await reader.getByRole('link', { name: 'Private messages' }).click()
  await expect(reader.getByText('Between us.')).toBeVisible()
  await reader.getByRole('link', { name: 'Followers' }).click()
  await expect(reader.getByRole('main')).toContainText(`@${john.username}`)
  await rm(folder, { recursive: true })
})

test('its link comes by mail, leads to it, and is nobody else’s', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const [proof = ''] = linksIn((await site.mailbox.next(susan.email)).text)
  await susan.send(new URL(proof).pathname, {})
  await susan.send('/exports', {})
  const { subject, text } = await site.mailbox.next(susan.email)
  expect(subject).toContain('export')
  const [link = ''] = linksIn(text)
  const page = await pageOf(susan)
  await page.goto(link)
  const file = await page.getByRole('link', { name: 'Download' }).getAttribute('href')
  const other = await pageOf(john)
  await other.goto(String(file))
  await expect(other.getByText('There’s no such export.')).toBeVisible()
  await page.getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('Export deleted.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Export my data' })).toBeVisible()
})

test('without JavaScript one looks again', async ({ site, openPage }) => {
  const susan = await site.person('susan')
  const page = await openPage({ javaScriptEnabled: false })
  await page.context().addCookies([susan.cookie])
  await page.goto('/settings/data')
  await page.getByRole('button', { name: 'Export my data' }).click()
  await expect(page.getByText('Export started.')).toBeVisible()
  const look = page.getByRole('link', { name: 'Check progress' })
  const ready = page.getByRole('heading', { name: 'Your export is ready' })
  await expect(async () => {
    if (await look.isVisible()) await look.click()
    await expect(ready).toBeVisible({ timeout: 500 })
  }).toPass()
  expect([...(await download(page)).keys()]).toContain('posts.json')
})
