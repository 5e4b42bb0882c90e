/** Who sees whom, and whose posts: every surface, for every kind of viewer, whatever state the author's account is in. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createAccount } from '../accounts/queries.ts'
import { blocks, follows, notifications, users } from '../database/schema.ts'
import { eq, inArray } from '../database/sql.ts'
import { ownContacts } from '../exports/content-queries.ts'
import { suggestPeople } from '../follows/queries.ts'
import { publishPost } from '../posts/queries.ts'
import { hashPassword } from '../security/passwords.ts'
import { ApiClient, programOf } from '../testing/api.ts'
import type { Browser } from '../testing/browser.ts'
import { eventually } from '../testing/eventually.ts'
import { openSite, password, type Site } from '../testing/site.ts'
import { SseClient } from '../testing/sse-client.ts'
import { areBlocked } from './visibility.ts'

/** Who looks at the author's person and post. Those between whom there is a block have followed the author, too. */
const viewers = ['visitor', 'stranger', 'follower', 'blocked', 'blocker', 'self'] as const
type ViewerName = (typeof viewers)[number]
type Asker = { browser: Browser; program: ApiClient; id: number | null }

let site: Site
let address: string
let postId: number
const ids = {} as Record<Exclude<ViewerName, 'visitor'> | 'hub', number>
const askers = {} as Record<ViewerName, Asker>

async function askerOf(name: ViewerName): Promise<Asker> {
  const browser = site.visitor()
  if (name === 'visitor') return { browser, program: new ApiClient(site.app), id: null }
  await browser.post('/sign-in', { identifier: `${name}@example.com`, password })
  const program = await programOf({ ...site, ids: { ...site.ids, susan: ids[name] } }, 'susan')
  return { browser, program, id: ids[name] }
}

type Surface = [name: string, shows: (asker: Asker) => Promise<boolean>, seenBy: readonly ViewerName[]]

const everybody = ['visitor', 'stranger', 'follower', 'self'] as const
const postSelector = 'article.post'
const personSelector = 'main .person a[href="/@author"]'

const page =
  (path: string | (() => string), selector: string) =>
  async ({ browser }: Asker) => {
    const { status, page } = await browser.get(typeof path === 'string' ? path : path())
    return status === 200 && page.querySelector(selector) !== null
  }
const list =
  (path: string, isThere: (row: never) => boolean) =>
  async ({ program }: Asker) => {
    const { status, json } = await program.get(path)
    return status === 200 && json.items.some(isThere)
  }
const isPost = ({ id }: { id: number }) => id === postId
const isAuthor = ({ username }: { username: string }) => username === 'author'
const feed = (path: string) => async () => {
  const { status, text } = await site.visitor().get(path)
  return status === 200 && text.includes('Seen at the harbour')
}

const live = async ({ browser }: Asker) => {
  const client = new SseClient(address, `session=${browser.cookies.get('session')}`)
  await client.open()
  await eventually(async () => client.isOver || client.state !== undefined)
  client.cut()
  return Boolean(client.state?.notification)
}

/** The author is the only one whom the hub follows. */
const bothFollow = async ({ browser }: Asker) => (await browser.get('/@hub')).text.includes('You both follow')

const surfaces: Surface[] = [
  ['Home', page('/', '.timeline article'), ['visitor', 'follower', 'self']],
  ['Explore', page('/explore', postSelector), everybody],
  ['a profile’s posts', page('/@author', postSelector), everybody],
  ['a profile’s counts', page('/@author', '.counts'), everybody],
  ['the hover card’s counts', page('/@author/card', '.counts'), everybody],
  ['who follows somebody', page('/@author/followers', 'h1'), everybody],
  ['a post’s own page', page(() => `/posts/${postId}`, postSelector), everybody],
  ['a hashtag', page('/tags/tea', postSelector), everybody],
  ['a search for posts', page('/search?q=harbour', postSelector), everybody],
  ['a search for the best posts', page('/search?q=harbour&order=best', postSelector), everybody],
  ['a search by author', page('/search?q=from:author', postSelector), everybody],
  ['a search below the box', page('/search/brief?q=harbour', '.previews a'), everybody],
  ['a search for people', page('/search/people?q=author', personSelector), everybody],
  ['people above the posts found', page('/search?q=author', personSelector), everybody],
  ['a list of followers', page('/@hub/followers', personSelector), everybody],
  ['a list of people followed', page('/@hub/following', personSelector), everybody],
  ['notifications', page('/notifications', '.notification'), ['stranger', 'follower']],
  ['the newest notification as a live update', live, ['stranger', 'follower']],
  ['new posts at Home', page('/live/posts?after=1-1', 'article'), ['follower', 'self']],
  ['suggestions', page('/explore', 'aside .people a[href="/@author"]'), ['stranger']],
  ['people both follow', bothFollow, ['follower']],
  ['the tags of a profile', page('/@author', 'aside .tags a'), everybody],
  ['the person of a list', page('/@author/followers', 'aside a[href="/@author"]'), everybody],
  ['the author beside a post', page(() => `/posts/${postId}`, 'aside a[href="/@author"]'), everybody],
  ['other posts beside a post', page(() => `/posts/${postId}`, 'aside .previews a'), everybody],
  ['the feed of a profile', feed('/@author/feed.atom'), viewers],
  ['the feed of a hashtag', feed('/tags/tea/feed.json'), viewers],
  ['API: all posts', list('/api/posts', isPost), everybody],
  ['API: Home', list('/api/timelines/home', isPost), ['follower', 'self']],
  ['API: posts of somebody', list('/api/users/author/posts', isPost), everybody],
  ['API: posts with a hashtag', list('/api/tags/tea/posts', isPost), everybody],
  ['API: a search for posts', list('/api/search/posts?q=harbour', isPost), everybody],
  ['API: a search for people', list('/api/search/people?q=author', isAuthor), everybody],
  ['API: everybody', list('/api/users', isAuthor), everybody],
  ['API: followers', list('/api/users/hub/followers', isAuthor), everybody],
  ['API: people followed', list('/api/users/hub/following', isAuthor), everybody],
  [
    'API: a post',
    async ({ program }) => (await program.get(`/api/posts/${postId}`)).status === 200,
    everybody,
  ],
  [
    'API: a profile’s counts',
    async ({ program }) => Boolean((await program.get('/api/users/author')).json.counts),
    everybody,
  ],
  ['API: notifications', list('/api/notifications', () => true), ['stranger', 'follower']],
]

async function whoSees(shows: Surface[1]): Promise<ViewerName[]> {
  const seeing: ViewerName[] = []
  for (const name of viewers) if (await shows(askers[name])) seeing.push(name)
  return seeing
}

const setClosed = (closedAt: Date | null) =>
  site.app.db.transaction(tx => tx.update(users).set({ closedAt }).where(eq(users.id, ids.self)))

describe('who sees whom', () => {
  before(async () => {
    site = await openSite()
    address = await site.app.listen({ host: '127.0.0.1', port: 0 })
    const passwordHash = await hashPassword(password)
    const now = new Date()
    await site.app.db.transaction(async tx => {
      for (const name of ['stranger', 'follower', 'blocked', 'blocker', 'self', 'hub'] as const) {
        const username = name === 'self' ? 'author' : name
        const account = { username, email: `${name}@example.com`, passwordHash, language: null }
        ids[name] = ((await createAccount(tx, account, now)) as { id: number }).id
      }
      const { self, hub, stranger, follower, blocked, blocker } = ids
      const draft = { userId: self, body: 'Seen at the harbour #tea', language: 'en', submission: null }
      postId = await publishPost(tx, draft, now)
      // What is beside the post.
      await publishPost(tx, { ...draft, body: 'An older one' }, new Date(now.getTime() - 1_000))
      const pairs = [follower, blocked, blocker, hub].map(id => [id, self]).concat([[self, hub]])
      await tx
        .insert(follows)
        .values(
          pairs.map(([followerId, followedId]) => ({ followerId, followedId, createdAt: now })) as never,
        )
      // The rows alone, without what else blocking does: what is not seen here is hidden by the rule.
      await tx.insert(blocks).values([
        { blockerId: self, blockedId: blocked, createdAt: now },
        { blockerId: blocker, blockedId: self, createdAt: now },
      ])
      const told = { kind: 'mention', subject: 'mention:1', actorId: self, postId, createdAt: now }
      await tx
        .insert(notifications)
        .values([stranger, follower, blocked, blocker].map(userId => ({ ...told, userId })))
      await tx
        .update(users)
        .set({ lastSeenAt: new Date(now.getTime() + 1_000) })
        .where(eq(users.id, self))
    })
    for (const name of viewers) askers[name] = await askerOf(name)
  })
  after(() => site.close())

  describe('an open account and its posts are seen by those between whom and its owner there is no block', () => {
    for (const [name, shows, seenBy] of surfaces)
      it(name, async () => assert.deepEqual(await whoSees(shows), seenBy))
  })

  describe('a closed account and its posts are seen by nobody', () => {
    before(async () => void (await setClosed(new Date())))
    after(async () => void (await setClosed(null)))
    for (const [name, shows] of surfaces) it(name, async () => assert.deepEqual(await whoSees(shows), []))

    it('the export of somebody who follows them', async () => {
      for await (const { username } of ownContacts(site.app.db, ids.follower, 'following'))
        assert.fail(`${username} is in it`)
    })

    it('the people whom one has blocked', async () => {
      assert.deepEqual((await askers.blocker.program.get('/api/blocks')).json.items, [])
    })
  })

  describe('suggestions', () => {
    it('have nobody with whom there is a block', async () => {
      const { self, blocked, blocker, stranger } = ids
      const { db } = site.app
      await db.transaction(tx => tx.delete(follows).where(inArray(follows.followerId, [blocked, blocker])))
      const isSuggested = async (id: number) =>
        (await suggestPeople(db, { id, role: 'member' })).some(({ id }) => id === self)
      assert.deepEqual(await Promise.all([stranger, blocked, blocker].map(isSuggested)), [true, false, false])
    })
  })

  describe('between two people', () => {
    it('a block is one whoever made it', async () => {
      const { self, blocked, blocker, stranger } = ids
      const { db } = site.app
      for (const [other, expected] of [
        [blocked, true],
        [blocker, true],
        [stranger, false],
      ] as const) {
        assert.equal(await areBlocked(db, self, other), expected)
        assert.equal(await areBlocked(db, other, self), expected)
      }
    })
  })
})
