/** Whose words appear on which surface: posts of every kind, of an author whom some of the viewers cannot see. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createAccount } from '../accounts/queries.ts'
import { blocks, bookmarks, follows, likes, notifications, reposts, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { ownMarks, ownMutes, ownPosts, ownVersions } from '../exports/content-queries.ts'
import { storeImage } from '../images/storing.ts'
import { ApiClient, programOf } from '../testing/api.ts'
import type { Browser } from '../testing/browser.ts'
import { photo } from '../testing/pictures.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'

/** All but the visitor and the stranger follow the author, and all but the visitor the hub, who sees everybody. */
const viewers = ['visitor', 'stranger', 'follower', 'blocked', 'blocker', 'author', 'closed'] as const
type ViewerName = (typeof viewers)[number]
const members = ['stranger', 'follower', 'blocked', 'blocker', 'author'] as const
/** Those between whom and the author there is a block. */
const across: readonly ViewerName[] = ['blocked', 'blocker']

/**
 * A word that is on the site in one place only: in the post of this name, as the author's name, in the description of the
 * picture in their plain post, or where their face is.
 */
type Word =
  | `author${'plain' | 'reply' | 'quote' | 'pinned' | 'earlier' | 'warning' | 'warned' | 'gone' | 'name' | 'alt' | 'face'}`
  | HubPost
/** The hub answers the author's post, quotes it, and answers one that is deleted then. */
type HubPost = `hub${'root' | 'reply' | 'quote' | 'under'}`

const authors = [
  'plain',
  'reply',
  'quote',
  'pinned',
  'earlier',
  'warning',
  'warned',
  'gone',
  'name',
  'alt',
  'face',
] as const
const words: Word[] = [
  ...authors.map(name => `author${name}` as const),
  'hubroot',
  'hubreply',
  'hubquote',
  'hubunder',
]

type Asker = { name: ViewerName; id: number | null; browser: Browser; program: ApiClient }
type Surface = {
  name: string
  /** All that the surface shows the viewer, as text. */
  ask(asker: Asker): Promise<string>
  /** What is on it, for those who see that. */
  holds: Word[]
  /** The word of the post or person that the surface is about: who does not see that finds nothing at all. */
  of?: Word
  /** Everybody by default; the others find nothing. */
  readers?: readonly ViewerName[]
  /** The page says whom it is about even to those who do not see them. */
  namesPerson?: true
  skips?: ViewerName
  /** Feeds know no viewer. */
  isPublic?: true
  /** A program whose person has left is refused. */
  isApi?: true
}

let site: Site
const ids: Record<string, number> = {}
/** The keys of the author's images, and the addresses of a file of each. */
const keys = { authoralt: '', authorface: '' }
const files = { ...keys }
const askers: Asker[] = []
let isAuthorClosed = false

/** The site's own people are the hub and the author; the others are like them. */
async function addAccounts(): Promise<void> {
  const now = new Date()
  await site.app.db.transaction(async tx => {
    for (const name of [...viewers.slice(1), 'hub']) {
      const account = { username: name, email: `${name}@example.com`, passwordHash: '-', language: null }
      ids[name] = ((await createAccount(tx, account, now)) as { id: number }).id
    }
    await tx
      .update(users)
      .set({ displayName: 'authorname' })
      .where(eq(users.id, ids['author'] as number))
  })
  Object.assign(site.ids, ids)
}

async function addImages(): Promise<void> {
  const [userId, upload] = [ids['author'] as number, await photo(8, 8)]
  const picture = await storeImage(site.app, { userId, upload, purpose: 'post' })
  const face = await storeImage(site.app, { userId, upload, purpose: 'avatar' })
  for (const [word, { key, files: made }] of Object.entries({ authoralt: picture, authorface: face })) {
    keys[word as keyof typeof keys] = key
    files[word as keyof typeof keys] = `/images/${key}/${made[0]?.width}.webp`
  }
  await site.app.db.transaction(tx => tx.update(users).set({ avatar: face.key }).where(eq(users.id, userId)))
}

/** Through the site, while everybody sees everybody. */
async function writePosts(): Promise<void> {
  const author = await site.signedIn('author' as Name)
  const hub = await site.signedIn('hub' as Name)
  const send = async (browser: Browser, path: string, form: Record<string, string>) => {
    const { status, location, text } = await browser.post(path, form)
    assert.equal(status, 303, text)
    return location
  }
  const write = async (name: Word, path = '/posts', form: Record<string, string> = {}) => {
    const browser = name.startsWith('hub') ? hub : author
    await send(browser, path, { body: `${name} at the harbour #tea`, ...form })
    const program = await programOf({ ...site }, (name.startsWith('hub') ? 'hub' : 'author') as Name)
    const { json } = await program.get(`/api/search/posts?q=${name}`)
    ids[name] = json.items[0].id
  }
  const post = (name: Word) => `/posts/${ids[name]}`
  await write('hubroot')
  await write('authorpinned')
  await send(author, `${post('authorpinned')}/pin`, {})
  await write('authorearlier')
  await send(author, post('authorearlier'), { body: 'Mended at the harbour #tea' })
  await write('authorwarned', '/posts', { contentWarning: 'authorwarning' })
  await write('authorgone')
  await write('hubunder', `${post('authorgone')}/replies`)
  await send(author, `${post('authorgone')}/delete`, {})
  await write('authorplain', '/posts', {
    images: keys.authoralt,
    [`alt-${keys.authoralt}`]: 'authoralt',
  })
  await write('hubreply', `${post('authorplain')}/replies`)
  await write('authorreply', `${post('hubroot')}/replies`)
  await write('authorquote', '/posts', { quote: String(ids['hubroot']) })
  await write('hubquote', '/posts', { quote: String(ids['authorplain']) })
}

/** The rows alone, without what else following or blocking does: what is not seen is hidden by the rule. */
async function relate(): Promise<void> {
  const createdAt = new Date()
  const id = (name: string) => ids[name] as number
  await site.app.db.transaction(async tx => {
    const readers = members.filter(name => name !== 'author')
    const pairs = readers.map(name => [name, 'hub'])
    for (const name of [...readers.filter(name => name !== 'stranger'), 'hub']) pairs.push([name, 'author'])
    pairs.push(['author', 'hub'])
    await tx
      .insert(follows)
      .values(pairs.map(([from = '', to = '']) => ({ followerId: id(from), followedId: id(to), createdAt })))
    await tx.insert(blocks).values([
      { blockerId: id('author'), blockedId: id('blocked'), createdAt },
      { blockerId: id('blocker'), blockedId: id('author'), createdAt },
    ])
    for (const postId of [id('hubroot'), id('authorplain')]) {
      const marks = ['author', 'hub'].map(name => ({ userId: id(name), postId, createdAt }))
      await tx.insert(likes).values(marks)
      await tx.insert(reposts).values(marks)
    }
    const kept = [
      'hubroot',
      'hubreply',
      'hubquote',
      'authorplain',
      'authorreply',
      'authorquote',
      'authorwarned',
    ]
    for (const name of members) {
      const marks = kept.map(post => ({ userId: id(name), postId: id(post), createdAt }))
      await tx.insert(bookmarks).values(marks)
      if (name === 'author') continue
      await tx.insert(likes).values(marks)
      const about = { kind: 'mention', subject: 'mention:1', postId: id('authorplain') }
      await tx.insert(notifications).values({ ...about, actorId: id('author'), userId: id(name), createdAt })
    }
  })
}

async function askerOf(name: ViewerName): Promise<Asker> {
  if (name === 'visitor') return { name, id: null, browser: site.visitor(), program: new ApiClient(site.app) }
  const [browser, program] = [await site.signedIn(name as Name), await programOf(site, name as Name)]
  return { name, id: ids[name] as number, browser, program }
}

type Path = string | ((asker: Asker) => string)
type Options = Partial<Surface>
/** The address of a post, or of what is about it; it is known once the post is written. */
const at =
  (post: Word, rest = '') =>
  (): string =>
    `/posts/${ids[post]}${rest}`
const pathOf = (path: Path, asker: Asker) => (typeof path === 'string' ? path : path(asker))
const textOf = ({ status, text }: { status: number; text: string }) => (status === 200 ? text : '')

const page = (name: string, path: Path, holds: Word[], options: Options = {}): Surface => {
  const ask = async (asker: Asker) => textOf(await asker.browser.get(pathOf(path, asker)))
  return { name, ask, holds, ...options }
}
const api = (name: string, path: Path, holds: Word[], options: Options = {}): Surface => {
  const ask = async (asker: Asker) => textOf(await asker.program.get(`/api${pathOf(path, asker)}`))
  return { name: `API: ${name}`, ask, holds, isApi: true, ...options }
}
const feed = (name: string, path: Path, holds: Word[], options: Options = {}): Surface =>
  page(name, path, holds, { isPublic: true, ...options })

const file = (name: string, word: keyof typeof keys): Surface => ({
  name,
  async ask({ browser }) {
    const { status, headers } = await browser.get(files[word])
    return status === 200 && headers['content-type'] === 'image/webp' ? word : ''
  },
  holds: [word],
})

async function exported({ id, name }: Asker): Promise<string> {
  if (id === null || hasLeft(name)) return ''
  const { db } = site.app
  const lists = [ownPosts(db, id), ownVersions(db, id), ownMutes(db, id)]
  for (const list of ['likes', 'reposts', 'bookmarks'] as const) lists.push(ownMarks[list](db, id) as never)
  const rows: unknown[] = []
  for (const list of lists) for await (const row of list) rows.push(row)
  return JSON.stringify(rows)
}

const tops: Word[] = ['hubroot', 'hubquote', 'authorpinned', 'authorplain', 'authorquote', 'authorwarning']
const answers: Word[] = ['hubreply', 'hubunder', 'authorreply']
const kept: Word[] = ['hubroot', 'hubreply', 'hubquote', 'authorplain', 'authorreply', 'authorquote']

/** The author is told of others. */
const told = { readers: ['stranger', 'follower'], skips: 'author' } as const

const ofAuthor = { of: 'authorname', namesPerson: true } as const
const surfaces: Surface[] = [
  page('Home', '/', ['hubroot', 'hubquote', 'authorplain', 'authorname', 'authoralt', 'authorface']),
  page('new posts at Home', '/live/posts?after=1-1', ['hubroot', 'authorplain'], { readers: members }),
  page('Explore', '/explore', [...tops, 'authoralt', 'authorface']),
  page('the author’s posts', '/@author', [...tops.slice(2), 'hubroot'], ofAuthor),
  page('the author’s replies', '/@author/replies', ['authorreply'], ofAuthor),
  page('the hub’s posts', '/@hub', ['hubroot', 'hubquote', 'authorplain']),
  page('the hub’s replies', '/@hub/replies', ['hubreply', 'hubunder']),
  page('one’s own likes', ({ name }) => `/@${name}/likes`, ['hubroot', 'authorplain'], { readers: members }),
  page('the author’s likes', '/@author/likes', ['hubroot', 'authorplain'], { readers: ['author'] }),
  page('bookmarks', '/bookmarks', kept, { readers: members }),
  page('a hashtag', '/tags/tea', [...tops, ...answers]),
  page('a search', '/search?q=harbour', [...tops, ...answers]),
  page('a search for the best', '/search?q=harbour&order=best', [...tops, ...answers]),
  page('a search for pictures', '/search?q=has:image', ['authorplain', 'authoralt']),
  page('a search for replies', '/search?q=harbour+is:reply', answers),
  page('a search by author', '/search?q=from:author', tops.slice(2)),
  page('a search for replies to the author', '/search?q=to:author', ['hubreply'], ofAuthor),
  page('a search below the box', '/search/brief?q=harbour+is:reply', answers),
  page('notifications', '/notifications', ['authorname', 'authorplain'], told),
  { name: 'an export', ask: exported, holds: ['authorname'], readers: members },

  page('a post of the hub', at('hubroot'), ['hubroot', 'authorreply']),
  page('a post', at('authorplain'), ['authorplain', 'hubreply'], { of: 'authorplain' }),
  page('a reply to a post', at('hubreply'), ['hubreply', 'authorplain']),
  page('a reply to the hub', at('authorreply'), ['authorreply', 'hubroot'], { of: 'authorreply' }),
  page('a reply to a gap', at('hubunder'), ['hubunder']),
  page('a gap', at('authorgone'), [], { readers: [] }),
  page('a picture', at('authorplain', '/images/1'), ['authoralt', 'authorface'], { of: 'authorplain' }),
  file('the file of a picture', 'authoralt'),
  file('the file of a face', 'authorface'),
  page('a quote of a post', at('hubquote'), ['hubquote', 'authorplain', 'authoralt']),
  page('a quote of the hub', at('authorquote'), ['authorquote', 'hubroot'], { of: 'authorquote' }),
  page('a post with a warning', at('authorwarned'), ['authorwarning', 'authorwarned'], {
    of: 'authorwarned',
  }),
  page('earlier versions', at('authorearlier', '/versions'), ['authorearlier'], { of: 'authorearlier' }),
  page('who likes a post', at('hubroot', '/likes'), ['hubroot', 'authorname', 'authorface']),
  page('who reposted a post', at('hubroot', '/reposts'), ['hubroot', 'authorname']),
  page('who reposted the author’s post', at('authorplain', '/reposts'), ['authorplain'], {
    of: 'authorplain',
  }),
  page('who quotes a post', at('hubroot', '/quotes'), ['hubroot', 'authorquote']),
  page('who likes the author’s post', at('authorplain', '/likes'), ['authorplain'], { of: 'authorplain' }),
  page('who quotes the author’s post', at('authorplain', '/quotes'), ['hubquote'], { of: 'authorplain' }),
  page('writing a reply', at('hubreply', '/replies/new'), ['hubreply'], { readers: members }),
  page('writing a reply to the author', at('authorplain', '/replies/new'), ['authorplain'], {
    of: 'authorplain',
    readers: members,
  }),
  page('writing a quote', () => `/posts/new?quote=${ids['authorplain']}`, ['authorplain'], {
    readers: members,
  }),

  feed('the feed of the author', '/@author/feed.atom', ['authorplain', 'authorwarning', 'authoralt']),
  feed('the feed of the hub', '/@hub/feed.json', ['hubroot', 'hubquote']),
  feed('the feed of a thread', at('hubroot', '/feed.atom'), ['hubroot', 'authorreply']),
  feed('the feed of the author’s thread', at('authorplain', '/feed.json'), ['hubreply'], {
    of: 'authorplain',
  }),
  feed('the feed of the author with replies', '/@author/feed.atom?replies=1', ['authorreply']),
  feed('the feed of a hashtag', '/tags/tea/feed.atom', ['hubroot', 'authorplain']),

  api('all posts', '/posts', tops),
  api('Home', '/timelines/home', ['hubroot', 'authorplain'], { readers: members }),
  api('the author’s posts', '/users/author/posts', tops.slice(2), ofAuthor),
  api('the author’s replies', '/users/author/replies', ['authorreply'], ofAuthor),
  api('the hub’s posts', '/users/hub/posts', ['hubroot', 'hubquote']),
  api('a hashtag', '/tags/tea/posts', [...tops, ...answers]),
  api('a search', '/search/posts?q=harbour', [...tops, ...answers]),
  api('bookmarks', '/bookmarks', kept, { readers: members }),
  api('likes', '/likes', ['hubroot', 'authorplain'], { readers: members }),
  api('notifications', '/notifications', ['authorname'], told),
  api('a post', at('authorplain'), ['authorplain', 'authoralt', 'authorface'], { of: 'authorplain' }),
  api('a reply to a post', at('hubreply'), ['hubreply']),
  api('a quote of a post', at('hubquote'), ['hubquote']),
  api('a gap', at('authorgone'), [], { readers: [] }),
  api('replies', at('hubroot', '/replies'), ['authorreply']),
  api('replies to the author', at('authorplain', '/replies'), ['hubreply'], { of: 'authorplain' }),
  api('who likes a post', at('hubroot', '/likes'), ['authorname']),
  api('who reposted a post', at('hubroot', '/reposts'), ['authorname']),
  api('who quotes a post', at('hubroot', '/quotes'), ['authorquote']),
  api('earlier versions', at('authorearlier', '/versions'), ['authorearlier'], { of: 'authorearlier' }),
]

/** The rule that every surface is to follow. */
function sees(viewer: ViewerName, word: Word): boolean {
  if (word === 'authorgone') return false
  return word.startsWith('hub') || !(isAuthorClosed || across.includes(viewer))
}

function hasLeft(name: ViewerName): boolean {
  return name === 'closed' || (name === 'author' && isAuthorClosed)
}

/** Which words a viewer finds too many on the surface, and which are missing. */
async function faults(surface: Surface, asker: Asker): Promise<string[]> {
  const sent = await surface.ask(asker)
  // An address of an image is as much as the image.
  const text = Object.entries(keys).reduce((text, [word, key]) => text.replaceAll(key, word), sent)
  const isThere = (word: Word) => new RegExp(`\\b${word}\\b`).test(text)
  const eyes = surface.isPublic ? 'visitor' : asker.name
  const isReader = reads(surface, asker) && (!surface.of || sees(eyes, surface.of))
  const maySee = (word: Word) => sees(eyes, word) && isReader
  const mayBeThere = (word: Word) =>
    maySee(word) || (word === 'authorname' && surface.namesPerson && !isAuthorClosed)
  const tooMany = words.filter(word => isThere(word) && !mayBeThere(word))
  const missing = surface.holds.filter(word => maySee(word) && !isThere(word))
  return [
    ...tooMany.map(word => `${asker.name} finds ${word}`),
    ...missing.map(word => `${asker.name} misses ${word}`),
  ]
}

function reads({ readers = viewers, isApi }: Surface, { name }: Asker): boolean {
  return readers.includes(name) && !(hasLeft(name) && (isApi || readers !== viewers))
}

async function checkAll(surface: Surface): Promise<void> {
  const found: string[] = []
  for (const asker of askers) if (asker.name !== surface.skips) found.push(...(await faults(surface, asker)))
  assert.deepEqual(found, [])
}

describe('the words of a person', () => {
  before(async () => {
    site = await openSite()
    await addAccounts()
    await addImages()
    await writePosts()
    await relate()
    for (const name of viewers) askers.push(await askerOf(name))
    await site.app.db.transaction(tx =>
      tx
        .update(users)
        .set({ closedAt: new Date() })
        .where(eq(users.id, ids['closed'] as number)),
    )
  })
  after(() => site.close())

  describe('words are found by those who see who wrote them, and by nobody else', () => {
    for (const surface of surfaces) it(surface.name, () => checkAll(surface))
  })

  describe('words of a closed account are found by nobody', () => {
    const close = (closedAt: Date | null) => {
      isAuthorClosed = closedAt !== null
      return site.app.db.transaction(tx =>
        tx
          .update(users)
          .set({ closedAt })
          .where(eq(users.id, ids['author'] as number)),
      )
    }
    before(() => close(new Date()))
    after(() => close(null))
    for (const surface of surfaces) it(surface.name, () => checkAll(surface))
  })
})
