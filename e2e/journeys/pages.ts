/** Every page of the site, with content on it that is hard to lay out. */
import { photo } from '../../app/testing/pictures.ts'
import type { Community } from './community.ts'
import { openMenu } from './menu.ts'
import { password } from './people.ts'
import { pictureFile } from './pictures.ts'
import type { Page } from './site.ts'

export interface Visit {
  path(community: Community): string
  as?: 'susan' | 'newcomer'
  /** What to do there before looking. */
  act?(page: Page): Promise<unknown>
}

export const pages = {
  welcome: { path: () => '/' },
  'sign-up': { path: () => '/sign-up' },
  'sign-up with errors': { path: () => '/sign-up', act: page => send(page, 'Sign up') },
  'sign-in': { path: () => '/sign-in?next=/posts/new' },
  'sign-in refused': { path: () => '/sign-in', act: signInWrongly },
  'sign in by email': { path: () => '/sign-in/link' },
  'sign-in link': { path: ({ signInLink }) => signInLink },
  'asked to sign in': { path: () => '/notifications' },
  'home, empty': { path: () => '/', as: 'newcomer' },
  'home with posts': { path: () => '/', as: 'susan' },
  'home with too many words': { path: () => '/', as: 'susan', act: writeTooMuch },
  'home without a connection': { path: () => '/', as: 'susan', act: publishOffline },
  explore: { path: () => '/explore', as: 'susan' },
  'explore as a visitor': { path: () => '/explore' },
  search: { path: () => '/search', as: 'newcomer' },
  'search with results': { path: ({ tag }) => `/search?q=${tag}`, as: 'susan' },
  'search for people': { path: () => '/search?q=j*' },
  'search, nothing found': { path: () => `/search?q=${'zq'.repeat(70)}`, as: 'susan' },
  'search, everybody': { path: () => '/search/people?q=john', as: 'susan' },
  'explore while searching': { path: () => '/explore', act: searchForJohn },
  'one’s own profile': { path: ({ susan }) => `/@${susan.username}`, as: 'susan' },
  'somebody else’s profile': { path: ({ john }) => `/@${john.username}`, as: 'susan' },
  'an empty profile': { path: ({ newcomer }) => `/@${newcomer.username}` },
  followers: { path: ({ john }) => `/@${john.username}/followers`, as: 'susan' },
  following: { path: ({ susan }) => `/@${susan.username}/following`, as: 'newcomer' },
  post: { path: ({ post }) => post, as: 'susan' },
  'a thread': { path: ({ reply }) => reply, as: 'susan' },
  'a thread as a visitor': { path: ({ johns }) => johns },
  'folded, closed and muted': { path: ({ closed }) => closed, as: 'susan', act: unfold },
  'pictures of a post': { path: ({ pictures }) => pictures, as: 'susan', act: describe },
  'a picture': { path: ({ pictures }) => `${pictures}/images/1` },
  'an animation': { path: ({ pictures }) => `${pictures}/images/3`, as: 'susan' },
  'a picture over the page': { path: ({ pictures }) => pictures, act: openViewer },
  'a reply': { path: ({ reply }) => `${reply}/replies/new`, as: 'susan' },
  'replies of a person': { path: ({ susan }) => `/@${susan.username}/replies`, as: 'susan' },
  'people who like a post': { path: ({ johns }) => `${johns}/likes`, as: 'susan' },
  'people who reposted a post': { path: ({ johns }) => `${johns}/reposts`, as: 'susan' },
  likes: { path: ({ susan }) => `/@${susan.username}/likes`, as: 'susan' },
  bookmarks: { path: () => '/bookmarks', as: 'susan' },
  'bookmarks, none': { path: () => '/bookmarks', as: 'newcomer' },
  'a quote': { path: ({ quote }) => quote },
  'to quote': { path: ({ quote }) => `/posts/new?quote=${quote.replace('/posts/', '')}`, as: 'susan' },
  'quotes of a post': { path: ({ post }) => `${post}/quotes`, as: 'susan' },
  'edit history': { path: ({ post }) => `${post}/versions` },
  'a card': { path: ({ johns }) => johns, as: 'susan', act: openCard },
  'the menu of a post': {
    path: ({ post }) => post,
    as: 'susan',
    act: page => openMenu(page.getByRole('article')),
  },
  'the menu of a repost': {
    path: ({ johns }) => johns,
    as: 'susan',
    act: page => openMenu(page.getByRole('article').first(), '[data-verb]'),
  },
  'the menu of a profile': {
    path: ({ john }) => `/@${john.username}`,
    as: 'susan',
    act: page => openMenu(page.locator('.profile')),
  },
  new: { path: () => '/posts/new', as: 'susan' },
  'new, too long': { path: () => '/posts/new', as: 'susan', act: publishTooMuch },
  'new, a thread with its options': { path: () => '/posts/new', as: 'susan', act: writeThread },
  'new, with pictures': { path: () => '/posts/new', as: 'susan', act: addPictures },
  'new, reminded of descriptions': { path: () => '/posts/new', as: 'susan', act: beReminded },
  edit: { path: ({ post }) => `${post}/edit`, as: 'susan' },
  delete: { path: ({ post }) => `${post}/delete`, as: 'susan' },
  settings: { path: () => '/settings', as: 'susan' },
  'profile settings': { path: () => '/settings/profile', as: 'susan' },
  'profile settings with chosen pictures': {
    path: () => '/settings/profile',
    as: 'susan',
    act: choosePictures,
  },
  appearance: { path: () => '/settings/appearance', as: 'susan' },
  'home settings': { path: () => '/settings/home', as: 'susan' },
  'keyboard shortcuts': { path: () => '/settings/shortcuts', as: 'susan' },
  apps: { path: () => '/settings/apps', as: 'susan' },
  'a new token': { path: () => '/settings/apps', as: 'susan', act: createToken },
  'the API’s docs': { path: () => '/api/docs' },
  'one’s data': { path: () => '/settings/data', as: 'newcomer' },
  'an export that is ready': { path: () => '/settings/data', as: 'susan', act: untilExported },
  account: { path: () => '/settings/account', as: 'newcomer' },
  'another username': { path: () => '/settings/account/username', as: 'susan' },
  'another email': { path: () => '/settings/account/email', as: 'newcomer' },
  'another password': { path: () => '/settings/account/password', as: 'susan' },
  'delete the account': { path: () => '/settings/account/delete', as: 'newcomer' },
  devices: { path: () => '/settings/sessions', as: 'susan' },
  'forgotten password': { path: () => '/passwords' },
  'confirm the email': { path: ({ confirmation }) => confirmation },
  'undo a change': { path: ({ recovery }) => recovery },
  'a link that is gone': { path: () => `/recoveries/${'a'.repeat(43)}` },
  privacy: { path: () => '/settings/privacy', as: 'susan' },
  'block somebody': { path: ({ john }) => `/@${john.username}/block`, as: 'susan' },
  'somebody blocked': { path: ({ blocked }) => `/@${blocked.username}`, as: 'susan' },
  notifications: { path: () => '/notifications', as: 'susan' },
  'notifications, none': { path: () => '/notifications', as: 'newcomer' },
  mentions: { path: () => '/notifications/mentions', as: 'susan' },
  'notification settings': { path: () => '/settings/notifications', as: 'susan' },
  inbox: { path: () => '/messages', as: 'susan' },
  'new message': { path: () => '/messages/new', as: 'susan' },
  'inbox, empty': { path: () => '/messages', as: 'newcomer' },
  conversation: { path: ({ john }) => `/messages/@${john.username}`, as: 'susan' },
  'conversation, not begun': { path: ({ susan }) => `/messages/@${susan.username}`, as: 'newcomer' },
  'conversation with too many words': {
    path: ({ john }) => `/messages/@${john.username}`,
    as: 'susan',
    act: sendTooMuch,
  },
  tag: { path: ({ tag }) => `/tags/${tag}` },
  'password link': { path: ({ passwordLink }) => passwordLink },
  'not found': { path: () => '/nowhere' },
  forbidden: { path: ({ johns }) => `${johns}/edit`, as: 'susan' },
} satisfies Record<string, Visit>

/** Opens the page as the one whom it is for. */
export async function visit(page: Page, { path, as, act }: Visit, community: Community): Promise<void> {
  if (as) await page.context().addCookies([community[as].cookie])
  await page.goto(path(community))
  await act?.(page)
}

/** Sends the form as it is and waits for the page that says what is wrong with it. */
async function send(page: Page, button: string): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: button, exact: true }).click()
  await page.locator('[aria-invalid]').first().waitFor()
}

async function signInWrongly(page: Page): Promise<void> {
  await page.getByLabel('Username or email').fill('nobody')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await send(page, 'Sign in')
}

async function writeTooMuch(page: Page): Promise<void> {
  await page.getByLabel('What’s on your mind?').fill('too much '.repeat(20))
  await page.locator('.count.over').waitFor()
}

async function describe(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'ALT' }).last().click()
  await page.locator('.description:popover-open').waitFor()
}

async function openViewer(page: Page): Promise<void> {
  await page.locator('.image > a').last().click()
  await page.getByRole('dialog', { name: 'Picture 3 of 3' }).waitFor()
}

async function unfold(page: Page): Promise<void> {
  await page.locator('.folded summary').first().click()
}

/** At the second visit the draft of the first is back. */
async function writeThread(page: Page): Promise<void> {
  await page.getByLabel('What’s on your mind?').fill('The first of some.')
  await page.locator('.options').evaluate(options => void options.setAttribute('open', ''))
  await page.getByLabel('Content warning').fill('A rather long warning of what is to come '.repeat(2))
  const second = page.getByLabel('Post 2 of the thread')
  if (!(await second.isVisible())) await page.getByRole('button', { name: 'Add another post' }).click()
  await second.fill('The second.')
}

async function addPicture(page: Page): Promise<void> {
  await page.getByLabel('Add pictures').setInputFiles(await pictureFile('boat.jpg'))
  await page.locator('.chosen-picture img').last().waitFor()
}

/** One that is there, one that stays on its way, one that did not arrive, and a file that is none. */
async function addPictures(page: Page): Promise<void> {
  const name = 'a-file-with-a-rather-long-name'
  await addPicture(page)
  await page.route('**/images', route => route.fulfill({ status: 202 }), { times: 1 })
  await page.getByLabel('Add pictures').setInputFiles(await pictureFile(`${name}.jpg`))
  await page.locator('.chosen-picture .retry').waitFor()
  await page.route('**/images', () => {}, { times: 1 })
  const notes = { name: `${name}.txt`, mimeType: 'text/plain', buffer: Buffer.from('Tea') }
  await page.getByLabel('Add pictures').setInputFiles([await pictureFile(`${name}.jpg`), notes])
  await page.locator('.problems .error-message').waitFor()
}

async function beReminded(page: Page): Promise<void> {
  await addPicture(page)
  await page.getByRole('main').getByRole('button', { name: 'Post', exact: true }).click()
  await page.locator('.reminder').waitFor()
}

async function publishOffline(page: Page): Promise<void> {
  await page.getByLabel('What’s on your mind?').fill('Is anybody there?')
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'Post', exact: true }).click()
  await page.locator('.offline').waitFor()
  await page.context().setOffline(false)
}

async function publishTooMuch(page: Page): Promise<void> {
  await page.getByLabel('What’s on your mind?').fill('too much '.repeat(20))
  await send(page, 'Post')
}

async function sendTooMuch(page: Page): Promise<void> {
  await page.getByRole('main').getByRole('textbox').fill('too much '.repeat(20))
  await send(page, 'Send')
}

async function untilExported(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Download' }).waitFor()
}

async function createToken(page: Page): Promise<void> {
  await page.getByLabel('Name').fill('x'.repeat(64))
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.locator('#secret').waitFor()
}

export async function openCard(page: Page): Promise<void> {
  await page.getByRole('article').first().getByRole('link', { name: '@john' }).hover()
  await page.locator('.card').waitFor()
}

async function searchForJohn(page: Page): Promise<void> {
  await page.locator('input[type=search]:visible').fill('john')
  await page.locator('.brief:visible .person').first().waitFor()
}

async function choosePictures(page: Page) {
  const file = { name: 'me.jpg', mimeType: 'image/jpeg', buffer: await photo(90, 60) }
  for (const input of await page.locator('picture-field input[type=file]').all())
    await input.setInputFiles(file)
  await page.locator('picture-field canvas').nth(1).waitFor()
}
