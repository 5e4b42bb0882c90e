import { test } from './community.ts'
import { openCard, visit } from './pages.ts'
import { publish } from './people.ts'
import { expect } from './site.ts'

const phone = { width: 390, height: 844 }

test.describe('on a tablet', () => {
  test.use({ viewport: { width: 820, height: 1180 } })

  test('the navigation shows only icons, the unread counts and the avatar', async ({ page, community }) => {
    await visit(page, { path: () => '/explore', as: 'susan' }, community)
    const nav = page.getByRole('banner')
    const badge = nav.locator('[data-badge="notifications"]')
    await expect(badge.getByText(/^\d+$/)).toBeInViewport({ ratio: 1 })
    const [inner, outer] = [await badge.boundingBox(), await nav.boundingBox()]
    expect((inner?.x ?? 0) + (inner?.width ?? 0)).toBeLessThanOrEqual((outer?.x ?? 0) + (outer?.width ?? 0))
    await expect(nav.locator('.profile-link .avatar')).toBeInViewport({ ratio: 1 })
  })
})

test.describe('on a phone', () => {
  test.use({ viewport: phone, hasTouch: true, isMobile: true })

  test('the ways through the site are at the bottom, and writing is one tap away', async ({ page, site }) => {
    const susan = await site.person('susan')
    await page.context().addCookies([susan.cookie])
    await page.goto('/explore')
    const bar = page.getByRole('navigation', { name: 'Main' })
    const box = await bar.boundingBox()
    expect(box?.y).toBeGreaterThan(phone.height - 100)
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(phone.height)
    for (const link of await bar.getByRole('link').all())
      expect((await link.boundingBox())?.height).toBeGreaterThanOrEqual(44)
    const write = page.getByRole('link', { name: 'Write', exact: true })
    await expect(write).toBeInViewport({ ratio: 1 })
    await write.tap()
    await expect(page.getByLabel('What’s on your mind?')).toBeFocused()
    await publish(page, 'With one thumb.')
    await expect(page.getByRole('article').filter({ hasText: 'With one thumb.' })).toBeInViewport()
  })

  test('on Messages, the button starts a message', async ({ page, site }) => {
    await page.context().addCookies([(await site.person('susan')).cookie])
    await page.goto('/messages')
    await expect(page.getByRole('link', { name: 'Write', exact: true })).toHaveCount(0)
    await page.getByRole('banner').getByRole('link', { name: 'New message' }).tap()
    await expect(page.getByLabel('Username or name')).toBeFocused()
  })

  test('the box for a message is right above the bar, and nothing is below it', async ({
    page,
    community,
  }) => {
    await visit(page, { path: ({ john }) => `/messages/@${john.username}`, as: 'susan' }, community)
    const box = await page.locator('.reply-bar').boundingBox()
    const bar = await page.getByRole('navigation', { name: 'Main' }).boundingBox()
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeCloseTo(bar?.y ?? 0, -1)
    await expect(page.getByRole('contentinfo')).toBeHidden()
  })

  test('the button covers nothing, and text of double size fits', async ({ page, community }) => {
    await visit(page, { path: ({ john }) => `/@${john.username}`, as: 'newcomer' }, community)
    const button = page.getByRole('link', { name: 'Write', exact: true })
    for (const size of ['100%', '200%']) {
      await page.locator('html').evaluate((html, size) => void (html.style.fontSize = size), size)
      const bar = await page.getByRole('navigation', { name: 'Main' }).boundingBox()
      expect((await button.boundingBox())?.y).toBeGreaterThanOrEqual(bar?.y ?? Number.NaN)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(phone.width)
    }
    await page.setViewportSize({ width: 320, height: 640 })
    for (const path of ['/settings/privacy', '/settings/account', '/messages']) {
      await visit(page, { path: () => path, as: 'susan' }, community)
      await page.locator('html').evaluate(html => void (html.style.fontSize = '200%'))
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBe(320)
    }
    expect((await page.locator('.excerpt').first().boundingBox())?.width, 'some words').toBeGreaterThan(100)
  })

  test('a visitor learns what the place is called', async ({ page }) => {
    await page.goto('/')
    await expect(page.getByRole('main').getByText('Microblog', { exact: true })).toBeInViewport()
  })

  test('the about text in a list of people has the full width', async ({ page, community }) => {
    await visit(page, { path: ({ susan }) => `/@${susan.username}/followers`, as: 'newcomer' }, community)
    const person = page.getByRole('main').getByRole('listitem')
    const content = await person.locator('.content').boundingBox()
    const button = await person.getByRole('button').boundingBox()
    expect(content?.y).toBeGreaterThanOrEqual((button?.y ?? 0) + (button?.height ?? 0))
    expect((content?.x ?? 0) + (content?.width ?? 0)).toBeCloseTo((button?.x ?? 0) + (button?.width ?? 0), 0)
  })

  test('a username that does not fit beside the name wraps', async ({ page, community }) => {
    await visit(page, { path: ({ john }) => `/@${john.username}` }, community)
    const author = page.locator('.timeline .author').first()
    const [line, name] = [await author.boundingBox(), await author.locator('b').boundingBox()]
    const handle = await author.locator('small').boundingBox()
    expect(name?.width).toBeCloseTo(line?.width ?? 0, 0)
    expect(handle?.y).toBeGreaterThanOrEqual((name?.y ?? 0) + (name?.height ?? 0) - 1)
    await expect(author.locator('small')).toBeInViewport()
  })

  test('the settings are a list, each page leads back to it, and one can sign out on each', async ({
    page,
    community,
  }) => {
    await visit(page, { path: () => '/settings', as: 'newcomer' }, community)
    await expect(page.getByRole('button', { name: 'Español' })).toBeInViewport({ ratio: 1 })
    const main = page.getByRole('main')
    const list = page.getByRole('navigation', { name: 'Settings' })
    for (const name of await list.getByRole('link').allInnerTexts()) {
      await list.getByRole('link', { name }).tap()
      await expect(main.getByRole('heading', { level: 1 })).toHaveText(name)
      await expect(list).toBeHidden()
      await expect(main.getByRole('button', { name: 'Sign out', exact: true })).toBeVisible()
      await main.getByRole('link', { name: 'Settings' }).tap()
      await expect(list).toBeVisible()
    }
    await page.goto('/settings/account/username')
    await main.getByRole('link', { name: 'Account' }).tap()
    await expect(main.getByRole('heading', { level: 1 })).toHaveText('Account')
  })

  test('the end of a page is not under the bar, and one can sign out', async ({ page, site }) => {
    const susan = await site.person('susan')
    await page.context().addCookies([susan.cookie])
    await page.goto('/explore')
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings' }).tap()
    await page.getByRole('main').getByRole('button', { name: 'Sign out' }).tap()
    await expect(page.getByText('You’re signed out.')).toBeVisible()
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
    const last = await page.getByRole('button', { name: 'Dark' }).boundingBox()
    const bar = await page.getByRole('navigation', { name: 'Main' }).boundingBox()
    expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0)
  })
})

test('on a desk, the settings are a list beside the page, which it marks', async ({ page, community }) => {
  await visit(page, { path: () => '/settings', as: 'newcomer' }, community)
  const list = page.getByRole('navigation', { name: 'Settings' })
  const heading = page.getByRole('heading', { level: 1 })
  const title = page.locator('.settings-list > .page > *')
  await expect(heading).toHaveText('Settings')
  for (const name of await list.getByRole('link').allInnerTexts()) {
    await list.getByRole('link', { name }).click()
    await expect(heading).toHaveText([name])
    await expect(list.locator('[aria-current=page]')).toHaveText([name])
    const [word, head] = [await title.boundingBox(), await heading.boundingBox()]
    expect(head?.y, 'one line').toBeCloseTo(word?.y ?? 0, 0)
    expect(head?.x, 'beside each other').toBeGreaterThan((word?.x ?? 0) + (word?.width ?? 0))
  }
  await page.goto('/settings/account/delete')
  await expect(heading).toHaveText(['Delete your account'])
  await expect(list.locator('[aria-current=true]')).toHaveText(['Account'])
  await expect(page.getByRole('main').getByRole('button', { name: 'Sign out', exact: true })).toBeVisible()
})

test('on a desk, a page without a sidebar is in the middle of its room, and its footer is in sight', async ({
  page,
  community,
}) => {
  const main = page.getByRole('main')
  const alone = { '/sign-in': 608, '/posts/new': 608, '/messages': 704, '/messages/new': 704 }
  for (const [path, width] of Object.entries(alone)) {
    await visit(page, { path: () => path, ...(path !== '/sign-in' && { as: 'newcomer' }) }, community)
    const box = await main.boundingBox()
    expect(box?.width, path).toBe(width)
    const [nav, end] = [await page.getByRole('banner').boundingBox(), await page.evaluate('innerWidth')]
    const room = { start: (nav?.x ?? 0) + (nav?.width ?? 0), end: Number(end) - (nav?.x ?? 0) }
    const [before, after] = [(box?.x ?? 0) - room.start, room.end - (box?.x ?? 0) - width]
    expect(Math.abs(before - after), `${path}: ${before} before it, ${after} after it`).toBeLessThan(50)
    await expect(page.getByRole('contentinfo'), path).toBeInViewport()
  }
})

test('a post on its own page: its actions are one row, and a card there has the usual text size', async ({
  page,
  community,
}) => {
  await visit(page, { path: ({ post }) => post, as: 'susan' }, community)
  const [content, row] = ['.content', '.actions'].map(name => page.getByRole('article').locator(name))
  const [words, actions] = [await content?.boundingBox(), await row?.boundingBox()]
  expect(actions?.height).toBeLessThan(60)
  const end = (box: typeof words) => (box?.x ?? 0) + (box?.width ?? 0)
  // The dots of the menu stand in the middle of its button.
  expect(Math.abs(end(actions) - end(words))).toBeLessThan(16)
  await visit(page, { path: ({ johns }) => johns, as: 'susan', act: openCard }, community)
  await expect(page.locator('.card .content')).toHaveCSS('font-size', '16px')
})

test('from tablets to desks and in both languages, no badge is cut, and icons have tooltips', async ({
  page,
  site,
}) => {
  await page.context().addCookies([(await site.person('susan')).cookie])
  for (const language of ['en', 'es']) {
    await page.goto('/settings/appearance')
    await page.locator(`button[value=${language}]`).first().click()
    for (const path of ['/notifications', '/messages']) {
      await page.goto(path)
      for (const width of [640, 820, 1024, 1066, 1105, 1280, 1440]) {
        await page.setViewportSize({ width, height: 800 })
        expect(await page.evaluate(cutBadges), `${path} at ${width} px, ${language}`).toEqual([])
      }
      for (const link of await page.getByRole('banner').getByRole('link').all())
        await expect(link).toHaveAttribute('title', /./)
    }
  }
})

/** In the page: what of its fullest badges lies outside of the navigation or over a label, and what scrolls sideways. */
const cutBadges = `(() => {
  const { right } = document.querySelector('.site-nav').getBoundingClientRect()
  const cut = document.documentElement.scrollWidth > innerWidth ? ['the page'] : []
  for (const badge of document.querySelectorAll('.site-nav .badge')) {
    badge.hidden = false
    badge.firstElementChild.textContent = '99+'
    const [box, label] = [badge, badge.previousElementSibling].map(element => element.getBoundingClientRect())
    if (box.right > right || (label.width > 1 && label.right > box.left)) cut.push(badge.dataset.badge)
  }
  return cut
})()`
