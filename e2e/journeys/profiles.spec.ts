import type { Locator } from 'playwright/test'
import sharp from 'sharp'
import { photo } from '../../app/testing/pictures.ts'
import { openMenu } from './menu.ts'
import { expect, test } from './site.ts'

test('a profile is edited, and the new name is everywhere', async ({ site, pageOf }) => {
  const susan = await site.person('susan')
  const path = await susan.publish('Hello.')
  const page = await pageOf(susan)
  await page.goto(`/@${susan.username}`)
  await page.getByRole('link', { name: 'Edit profile' }).click()
  await page.getByLabel('Name', { exact: true }).fill('  Susan   of the Harbour ')
  await page.getByLabel('About you').fill('Tea, mostly.')
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByText('Profile saved.')).toBeVisible()
  await expect(page).toHaveURL(`/@${susan.username}`)
  await expect(page.getByRole('heading', { name: 'Susan of the Harbour', exact: true })).toBeVisible()
  await expect(page.getByRole('main')).toContainText('Tea, mostly.')
  await page.goto(path)
  await expect(page.getByRole('article')).toContainText('Susan of the Harbour')
})

test('a profile that says too much comes back whole', async ({ site, pageOf }) => {
  const page = await pageOf(await site.person('susan'))
  await page.goto('/settings/profile')
  await page.getByLabel('About you').fill('ü'.repeat(141))
  await page.getByRole('button', { name: 'Save profile' }).click()
  await expect(page.getByLabel('About you')).toHaveValue('ü'.repeat(141))
  await expect(page.getByLabel('About you')).toBeFocused()
  await expect(page.getByLabel('About you')).toHaveAccessibleDescription(
    /That’s too long: it can have up to 140 characters/,
  )
})

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without'
  test(`a picture and a banner are chosen, cut and removed, ${how} JavaScript`, async ({
    site,
    openPage,
  }) => {
    const susan = await site.person('susan')
    const page = await openPage({ javaScriptEnabled, viewport: { width: 390, height: 844 } })
    await page.context().addCookies([susan.cookie])
    await page.goto('/settings/profile')
    const file = { name: 'me.jpg', mimeType: 'image/jpeg', buffer: await photo(600, 200) }
    const picture = page.getByRole('group', { name: 'Profile picture' })
    const banner = page.getByRole('group', { name: 'Banner' })
    await expect(picture.getByLabel('Part to show')).toBeVisible({ visible: !javaScriptEnabled })
    await picture.getByLabel('Profile picture').setInputFiles(file)
    await banner.getByLabel('Banner').setInputFiles({ ...file, buffer: await photo(200, 600) })
    await expect(picture.getByLabel('Part to show')).toBeVisible()
    await picture.getByLabel('Part to show').focus()
    await page.keyboard.press('Home')
    if (javaScriptEnabled) await expect.poll(() => colorOf(picture.locator('canvas'))).toBe('red')
    await page.getByLabel('About you').fill('Boats')
    await page.getByRole('button', { name: 'Save profile' }).click()
    await expect(page.getByText('Profile saved.')).toBeVisible()
    const face = page.getByRole('img', { name: `${susan.username}’s picture` })
    await expect.poll(() => colorOf(face)).toBe('red')
    await expect
      .poll(() => page.locator('.banner').evaluate((image: { naturalWidth?: number }) => image.naturalWidth))
      .not.toBe(0)
    await page.getByRole('link', { name: 'Edit profile' }).click()
    await picture.getByLabel('Profile picture').setInputFiles({ ...file, buffer: Buffer.from('A ZIP') })
    await page.getByLabel('About you').fill('Boats and tea')
    await page.getByRole('button', { name: 'Save profile' }).click()
    await expect(picture.getByLabel('Profile picture')).toHaveAccessibleDescription(
      /This isn’t a picture we can show/,
    )
    await expect(page.getByLabel('About you')).toHaveValue('Boats and tea')
    await expect(picture.locator('img')).toBeVisible()
    await picture.getByLabel('Remove picture').check()
    await page.getByRole('button', { name: 'Save profile' }).click()
    await expect(page.getByText('Profile saved.')).toBeVisible()
    await expect(face).toHaveCount(0)
    await expect(page.locator('.banner')).toBeVisible()
  })
}

/** Whether what is shown is rather red or blue. */
async function colorOf(shown: Locator): Promise<string> {
  const { dominant } = await sharp(await shown.screenshot()).stats()
  return dominant.r > dominant.b ? 'red' : 'blue'
}

test('the card of an author opens under the pointer, and follows', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  const tag = site.newName('tag')
  await john.publish(`Rest on my name. #${tag}`)
  const page = await pageOf(susan)
  await page.goto(`/tags/${tag}`)
  const card = page.getByRole('group', { name: john.username })
  await page.getByRole('article').getByRole('link', { name: john.username }).hover()
  await expect(card).toContainText('1 post')
  await card.hover()
  await card.getByRole('button', { name: `Follow ${john.username}` }).click()
  await expect(page.getByText(`You now follow ${john.username}.`)).toBeVisible()
  await expect(page).toHaveURL(`/tags/${tag}`)

  await page.waitForLoadState()
  await page.getByRole('article').getByRole('link', { name: john.username }).hover()
  await expect(card.getByRole('button', { name: `Unfollow ${john.username}` })).toBeVisible()
  await page.mouse.move(0, 0)
  await expect(card).toBeHidden()
})

test('Following becomes Unfollow under the pointer and the focus, and nothing moves', async ({
  site,
  pageOf,
}) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await susan.follow(john)
  const page = await pageOf(susan)
  for (const path of [`/@${john.username}`, `/@${susan.username}/following`]) {
    await page.goto(path)
    const button = page.getByRole('main').getByRole('button', { name: `Unfollow ${john.username}` })
    const [state, undo] = [button.locator('.state'), button.locator('.undo')]
    await expect(button).toHaveAccessibleName(`Following Unfollow ${john.username}`)
    await expect(undo).toHaveCSS('opacity', '0')
    const before = await button.boundingBox()
    await button.hover()
    await expect(undo).toHaveCSS('opacity', '1')
    await expect(state).toHaveCSS('opacity', '0')
    expect(await button.boundingBox()).toEqual(before)
    await page.mouse.move(0, 0)
    await expect(state).toHaveCSS('opacity', '1')
    await page.keyboard.press('Tab')
    await button.focus()
    await expect(undo).toHaveCSS('opacity', '1')
    expect(await button.boundingBox()).toEqual(before)
  }
  await page.keyboard.press('Enter')
  await expect(page.getByText(`You no longer follow ${john.username}.`)).toBeVisible()
})

test('the rest of what one does with a person is in the menu', async ({ site, openPage }) => {
  const john = await site.person('john')
  const page = await openPage({ javaScriptEnabled: false, locale: 'es-ES' })
  await page.goto(`/@${john.username}`)
  await expect(page.locator('.counts li')).toHaveText(['0 publicaciones', '0 seguidores', 'Sigue a 0'])
  await expect(page.locator('.counts b')).toHaveText(['0', '0', '0'])
  const menu = await openMenu(page.locator('.profile'))
  await expect(menu.getByRole('link')).toHaveText(['Canal RSS'])
})

test('a visitor who follows is asked to sign in', async ({ page, site }) => {
  const john = await site.person('john')
  await page.goto(`/@${john.username}`)
  await page
    .getByRole('main')
    .getByRole('button', { name: `Follow ${john.username}` })
    .click()
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
})

test('followers and following', async ({ page, site }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await susan.follow(john)
  await page.goto(`/@${john.username}`)
  await expect(page.getByRole('heading', { name: `${john.username} hasn’t posted yet` })).toBeVisible()
  await page.getByRole('link', { name: '1 follower' }).click()
  await expect(page.getByRole('heading', { name: `People who follow ${john.username}` })).toBeVisible()
  await page.getByRole('main').getByRole('link', { name: susan.username }).click()
  await page.getByRole('link', { name: '1 following' }).click()
  await expect(page.getByRole('main').getByRole('link', { name: `@${john.username}` })).toBeVisible()
})
