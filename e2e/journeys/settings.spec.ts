import { signIn } from './people.ts'
import { expect, type Page, test } from './site.ts'

const language = (page: Page) => page.locator('html').getAttribute('lang')
const background = (page: Page) =>
  page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')

test('a Spanish browser is spoken to in Spanish, until its owner chooses', async ({ openPage }) => {
  const page = await openPage({ locale: 'es-MX' })
  await page.goto('/')
  await expect(
    page.getByRole('heading', { name: /^Dilo en pocas palabras, a\sgente que lee\.$/ }),
  ).toBeVisible()
  expect(await language(page)).toBe('es')
  await page.goto('/explore')
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.getByRole('heading', { name: 'Explore' })).toBeVisible()
  await expect(page).toHaveURL('/explore')
  await page.goto('/sign-up')
  expect(await language(page)).toBe('en')
  await expect(page.getByRole('button', { name: 'English' })).toHaveAttribute('aria-pressed', 'true')
})

test('mistakes, numbers and dates are Spanish, too', async ({ openPage, site }) => {
  const john = await site.person('john')
  const page = await openPage({ locale: 'es-ES' })
  await page.goto('/sign-up')
  await page.getByRole('button', { name: 'Crear cuenta' }).click()
  await expect(page.getByRole('alert')).toContainText('Elige una contraseña de al menos 8 caracteres.')
  await page.goto(`/@${john.username}`)
  await expect(page.getByRole('main')).toContainText(/Se unió el \d+ de \p{L}+ de \d{4}/u)
  await expect(page.getByRole('link', { name: '0 seguidores' })).toBeVisible()
})

test('a language is remembered with the account', async ({ page, openPage, site }) => {
  const susan = await site.person('susan')
  await signIn(page, susan)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Español' }).click()
  await expect(page.getByRole('heading', { name: 'Ajustes' })).toBeVisible()
  await page.getByTitle('Inicio', { exact: true }).click()
  await page.getByLabel('¿Qué estás pensando?').fill('Hola a todo el mundo desde el puerto.')
  await page.getByRole('button', { name: 'Publicar' }).click()
  await expect(page.getByText('Publicado.')).toBeVisible()
  await expect(page.getByRole('article').locator('[lang=es]')).toHaveText(
    'Hola a todo el mundo desde el puerto.',
  )

  const elsewhere = await openPage()
  await signIn(elsewhere, susan)
  await expect(elsewhere.getByRole('heading', { name: 'Inicio' })).toBeVisible()
})

test('dark is remembered by the browser', async ({ page }) => {
  await page.goto('/explore')
  const light = await background(page)
  await page.getByRole('button', { name: 'Dark' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(page.locator('html')).toHaveCSS('color-scheme', 'dark')
  await expect(page.getByRole('button', { name: 'Dark' })).toHaveAttribute('aria-pressed', 'true')
  expect(await background(page)).not.toBe(light)
  await page.getByRole('button', { name: 'Auto' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'auto')
  expect(await background(page)).toBe(light)
})

test('and with the account, whatever the system prefers', async ({ page, openPage, site }) => {
  const susan = await site.person('susan')
  await signIn(page, susan)
  await page.goto('/settings/appearance')
  await page.getByRole('button', { name: 'Light' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  const light = await background(page)
  const elsewhere = await openPage({ colorScheme: 'dark' })
  await elsewhere.goto('/')
  expect(await background(elsewhere)).not.toBe(light)
  await signIn(elsewhere, susan)
  expect(await background(elsewhere)).toBe(light)
})

test('times are those of the browser’s zone from the second page on, and go on while one reads', async ({
  openPage,
  site,
}) => {
  const susan = await site.person('susan')
  await susan.send('/posts', { body: 'What time is it there?' })
  const page = await openPage({ timezoneId: 'Asia/Tokyo' })
  await page.clock.install()
  const told = page.waitForResponse(/time-zone/)
  await page.goto('/explore')
  await told
  await page.goto(`/@${susan.username}`)
  await expect(page.locator('html')).toHaveAttribute('data-time-zone', 'Asia/Tokyo')
  await expect(page.locator('browser-zone')).toHaveCount(0)
  const time = page.getByRole('article').locator('time')
  await expect(time).toHaveText('now')
  await expect(time).not.toHaveAttribute('title', /UTC/)
  await page.clock.fastForward('05:00')
  await expect(time).toHaveText(/^5\s?m/)
})

test('a zone is chosen in the settings, for every browser', async ({ page, openPage, site }) => {
  const susan = await site.person('susan')
  await signIn(page, susan)
  await page.goto('/settings/appearance')
  await page.getByLabel('Time zone').selectOption('America/New York')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByLabel('Time zone')).toHaveValue('America/New_York')
  const elsewhere = await openPage({ timezoneId: 'Asia/Tokyo' })
  await signIn(elsewhere, susan)
  await elsewhere.goto('/explore')
  await expect(elsewhere.locator('html')).toHaveAttribute('data-time-zone', 'America/New_York')
})
