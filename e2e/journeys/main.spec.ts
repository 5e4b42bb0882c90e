import { password, publish } from './people.ts'
import { expect, type Page, test } from './site.ts'

test.use({ contextOptions: { reducedMotion: 'no-preference' } })

async function signUp(page: Page, username: string): Promise<void> {
  await page.goto('/')
  await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click()
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Email').fill(`${username}@example.com`)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await expect(page.getByRole('status').getByText(`Welcome, ${username}.`)).toBeVisible()
}

test('sign up, post, follow, read, sign out', async ({ page, openPage, site }) => {
  const [susan, john] = [site.newName('susan'), site.newName('john')]
  const johns = await openPage()
  await signUp(johns, john)
  await publish(johns, 'The harbour is quiet this morning.')

  await signUp(page, susan)
  await expect(page.getByRole('heading', { name: `Welcome, ${susan}` })).toBeVisible()
  await publish(page, `Good morning, @${john}! #tea`)

  await page.getByRole('link', { name: `@${john}`, exact: true }).click()
  await expect(page).toHaveURL(`/@${john}`)
  await page
    .getByRole('main')
    .getByRole('button', { name: `Follow ${john}` })
    .click()
  await expect(page.getByText(`You now follow ${john}.`)).toBeVisible()
  await expect(page.getByRole('link', { name: '1 follower' })).toBeVisible()

  await publish(johns, 'And now the ferry is in.')
  await page.getByRole('link', { name: 'Home', exact: true }).click()
  await expect(page.getByRole('article')).toContainText([
    'And now the ferry is in.',
    `Good morning, @${john}! #tea`,
    'The harbour is quiet this morning.',
  ])

  await page.getByRole('link', { name: '#tea' }).first().click()
  await expect(page.getByRole('heading', { name: '#tea', exact: true })).toBeVisible()
  await expect(page.getByRole('article').first()).toContainText('Good morning')

  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByText('You’re signed out. See you soon.')).toBeVisible()
  await page.goto('/settings/profile')
  await expect(page).toHaveURL('/sign-in?next=%2Fsettings%2Fprofile')
})

test('unfollow, and their posts are gone from home', async ({ site, pageOf }) => {
  const [susan, john] = [await site.person('susan'), await site.person('john')]
  await john.publish('Nobody reads this for long.')
  await susan.follow(john)
  const page = await pageOf(susan)
  await page.goto('/')
  await expect(page.getByRole('article')).toHaveCount(1)
  await page.goto(`/@${john.username}`)
  await page
    .getByRole('main')
    .getByRole('button', { name: `Unfollow ${john.username}` })
    .click()
  await expect(page.getByText(`You no longer follow ${john.username}.`)).toBeVisible()
  await page.goto('/')
  await expect(page.getByRole('article')).toHaveCount(0)
})
