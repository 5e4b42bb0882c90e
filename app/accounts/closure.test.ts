import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { linesOf, tableNames } from '../cli/transfer/tables.ts'
import { ALL, type Invalidation } from '../database/cache-tags.ts'
import type { Writer } from '../database/database.ts'
import {
  accountRecoveries,
  apiTokens,
  blocks,
  bookmarks,
  conversations,
  emailConfirmations,
  exportParts,
  exports,
  follows,
  formerUsernames,
  idempotencyKeys,
  images,
  jobs,
  knownDevices,
  likes,
  mentions,
  messages,
  notifications,
  participants,
  passwordResets,
  posts,
  postVersions,
  rateLimits,
  reposts,
  retiredUsernames,
  sessions,
  signInLinks,
  threadGaps,
  threadMutes,
  translations,
  users,
} from '../database/schema.ts'
import { and, eq, inArray, isNotNull, ne, or } from '../database/sql.ts'
import { scheduleCleanup } from '../jobs/cleanup.ts'
import { enqueue } from '../jobs/queue.ts'
import { findPost, publishPost } from '../posts/queries.ts'
import { indexedPeople, tsvectorPosts } from '../search-index/indexing.ts'
import { hashPassword } from '../security/passwords.ts'
import type { Answer } from '../testing/browser.ts'
import { runCommand } from '../testing/commands.ts'
import { openSite, password, type Site } from '../testing/site.ts'
import { closeAccount, measureAccount } from './closure-queries.ts'
import { deleteChunk } from './deletion-queries.ts'
import { deleteAccountJob } from './jobs.ts'
import { renameAccount } from './username-queries.ts'

const form = '/settings/account/delete'
const now = new Date()
const day = 86_400_000
const later = new Date(Date.now() + 3_600_000)

/** An account whose id and names are unmistakable in any table. */
const id = 987_654_321
const zelda = { id, username: 'zelda_before', email: 'zelda@unusual.example' }
const traces = new RegExp(`${id}|zelda`, 'i')

async function addZelda(tx: Writer, passwordHash: string): Promise<void> {
  const keys = { usernameKey: zelda.username, emailKey: zelda.email, displayName: 'Zelda' }
  await tx.insert(users).values({ ...zelda, ...keys, passwordHash, lastSeenAt: now, createdAt: now })
  await renameAccount(tx, { id, username: 'zelda' }, now)
}

/** Adds a row to every table that can have one of hers. */
async function addBelongings(tx: Writer, other: number): Promise<void> {
  const token = (tokenHash: string) => ({ tokenHash, userId: id, createdAt: now, expiresAt: later })
  const theirs = await publishPost(tx, { userId: other, body: 'tea', language: 'en', submission: null }, now)
  const hers = await publishPost(
    tx,
    { userId: id, body: 'I am @zelda_before, with #tea for @zelda', language: 'en', submission: 'zelda' },
    now,
  )
  await addThread(tx, { hers, theirs, other })
  await addReactions(tx, { hers, theirs, other })
  await tx.insert(mentions).values({ postId: theirs, userId: id })
  await addImages(tx, hers)
  await tx.insert(translations).values({ postId: hers, language: 'es', body: 'Soy zelda', createdAt: now })
  await tx.insert(follows).values([
    { followerId: id, followedId: other, createdAt: now },
    { followerId: other, followedId: id, createdAt: now },
  ])
  await tx.insert(blocks).values({ blockerId: id, blockedId: other, createdAt: now })
  await tx.insert(passwordResets).values(token('zelda-reset'))
  await tx.insert(emailConfirmations).values({ ...token('zelda-confirmation'), email: zelda.email })
  await tx.insert(accountRecoveries).values({ ...token('zelda-recovery'), email: zelda.email })
  await tx.insert(signInLinks).values(token('zelda-sign-in'))
  await tx.insert(knownDevices).values({ tokenHash: 'zelda-device', userId: id, lastUsedAt: now })
  await tx.insert(rateLimits).values([
    { key: `posting:${id}`, freeAt: later },
    { key: `sign-in:xyz:${id}`, freeAt: later },
  ])
  await tx.insert(apiTokens).values({ ...token('zelda-token'), name: 'zelda', scope: 'read' })
  await tx
    .insert(idempotencyKeys)
    .values({ userId: id, key: 'zelda', request: 'zelda', status: 201, body: '{}', createdAt: now })
  await addConversation(tx, other)
  await addJobs(tx)
  const about = { kind: 'follow', createdAt: now }
  await tx.insert(notifications).values([
    { ...about, userId: other, actorId: id, subject: `follow:${id}` },
    { ...about, userId: id, actorId: other, subject: `follow:${other}` },
    { ...about, kind: 'mention', userId: other, postId: hers, subject: `post:${hers}` },
  ])
}

/** One of a post, one of her profile, and one that is in no post. */
async function addImages(tx: Writer, hers: number): Promise<void> {
  const files = [{ width: 1, height: 1, bytes: 1, sha256: '0'.repeat(64) }]
  const image = { userId: id, alt: 'zelda', width: 1, height: 1, placeholder: '', files, createdAt: now }
  const keys = { post: 'a'.repeat(32), avatar: 'b'.repeat(32), draft: 'c'.repeat(32) }
  await tx.insert(images).values([
    { ...image, key: keys.post, purpose: 'post', postId: hers },
    { ...image, key: keys.avatar, purpose: 'avatar' },
    { ...image, key: keys.draft, purpose: 'post' },
  ])
  await tx.update(posts).set({ imageCount: 1 }).where(eq(posts.id, hers))
  await tx.update(users).set({ avatar: keys.avatar }).where(eq(users.id, id))
}

type Thread = { hers: number; theirs: number; other: number }

/** Answers to her, one of which its author continues twice, and one of hers without replies. */
async function addThread(tx: Writer, { hers, theirs, other }: Thread): Promise<void> {
  const answer = async (userId: number, to: number, body: string) => {
    const parent = await findPost(tx, to, null)
    if (!parent) throw new Error(`there is no post ${to}`)
    return publishPost(tx, { userId, body, language: 'en', submission: null, parent }, now)
  }
  const between = await answer(id, theirs, 'between')
  const first = await answer(other, between, 'To her')
  await answer(other, await answer(other, first, 'Continued'), 'And again')
  await answer(other, hers, 'To her, too')
  await answer(id, theirs, 'nobody answers')
}

/** What both of them did with a post of each other's and of their own. */
async function addReactions(tx: Writer, { hers, theirs, other }: Thread): Promise<void> {
  const rows = [id, other].flatMap(userId => [hers, theirs].map(postId => ({ userId, postId })))
  await tx.insert(likes).values(rows)
  await tx.insert(reposts).values(rows)
  await tx.insert(bookmarks).values(rows)
  await tx
    .update(posts)
    .set({ likeCount: 2, repostCount: 2 })
    .where(inArray(posts.id, [hers, theirs]))
  await tx.insert(threadMutes).values([id, other].map(userId => ({ userId, rootId: theirs })))
  const entities: never[] = []
  await tx.insert(postVersions).values({ postId: hers, body: 'zelda was here', entities, createdAt: now })
  const quotedId = theirs
  await tx.update(posts).set({ quotedId, pinnedAt: now, contentWarning: 'zelda' }).where(eq(posts.id, hers))
}

async function addConversation(tx: Writer, other: number): Promise<void> {
  const [created] = await tx
    .insert(conversations)
    .values({ firstId: other, secondId: id, createdAt: now })
    .returning({ id: conversations.id })
  const conversationId = Number(created?.id)
  await tx.insert(participants).values([
    { conversationId, userId: id, otherId: other, lastMessageAt: now },
    { conversationId, userId: other, otherId: id, lastMessageAt: now },
  ])
  const message = { conversationId, entities: [], createdAt: now }
  await tx.insert(messages).values([
    { ...message, senderId: id, body: 'zelda here' },
    { ...message, senderId: other, body: 'hello zelda' },
  ])
}

async function addJobs(tx: Writer): Promise<void> {
  const jobId = await enqueue(tx, { name: 'jobs.clean', input: {}, userId: id, at: later } as never)
  const [made] = await tx
    .insert(exports)
    .values({ userId: id, jobId, createdAt: now })
    .returning({ id: exports.id })
  await tx
    .insert(exportParts)
    .values({ exportId: Number(made?.id), position: 0, bytes: Buffer.from('zelda') })
}

describe('deleting an account', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  const rowsWithTraces = async () => {
    const found: string[] = []
    for (const name of tableNames)
      for await (const lines of linesOf(site.app.db, name))
        found.push(...lines.filter(line => traces.test(line)))
    return found
  }
  /** Posts of others that say that they are liked or reposted more or less often than they are. */
  const miscounted = () => {
    const counted = (table: typeof likes | typeof reposts) =>
      site.app.db.$count(table, eq(table.postId, posts.id))
    const isWrong = or(ne(posts.likeCount, counted(likes)), ne(posts.repostCount, counted(reposts)))
    return site.app.db
      .select({ id: posts.id })
      .from(posts)
      .where(and(ne(posts.userId, id), isWrong))
  }
  /** The tables of the search index contain no names. */
  const indexed = async () => [
    await site.app.db.$count(tsvectorPosts),
    await site.app.db.$count(indexedPeople),
  ]
  const addEverything = async (other: number) => {
    const passwordHash = await hashPassword(password)
    await site.app.db.transaction(async tx => {
      // Those of the tests before rest.
      await tx.delete(retiredUsernames)
      await addZelda(tx, passwordHash)
      await addBelongings(tx, other)
    })
    const browser = site.visitor()
    await browser.post('/sign-in', { identifier: 'zelda', password })
    return browser
  }

  it('says what is deleted, asks for the password, and leaves nothing in any table', async () => {
    const before = await indexed()
    const browser = await addEverything(site.ids.john)
    assert.deepEqual(
      await indexed(),
      before.map((count, n) => count + (n === 0 ? 8 : 1)),
    )
    const tables = new Set(
      (await rowsWithTraces()).map(line => (JSON.parse(line) as { table: string }).table),
    )
    const hasNothing = [
      'hashtags',
      'participants',
      'exports',
      'export_parts',
      'translations',
      'retired_usernames',
      'interrupted_forms',
      'thread_gaps',
    ]
    assert.deepEqual(
      tableNames.filter(name => !tables.has(name) && !hasNothing.includes(name)),
      [],
      'the test has a row of hers in every table',
    )
    const question = (await browser.get(form)).text
    for (const sentence of [
      /@zelda/,
      /your 3 posts</,
      /your follower and the person you follow/,
      /your conversation, for/,
    ])
      assert.match(question, sentence)
    const answer = await browser.post(form, { current_password: password })
    assert.equal(answer.location, '/')
    assert.match((await browser.follow(answer)).text, /Your account has been deleted/)
    await site.workJobs()
    assert.deepEqual(await rowsWithTraces(), [])
    assert.deepEqual(
      await indexed(),
      before.map((count, n) => count + (n === 0 ? 5 : 0)),
      'the other’s posts alone',
    )
    const [johns] = await site.app.db.select().from(posts).where(eq(posts.userId, site.ids.john))
    assert.equal(johns?.body, 'tea', 'nobody else loses anything')
    assert.deepEqual([johns?.likeCount, johns?.repostCount, johns?.quotedId], [1, 1, null])
    assert.deepEqual(await miscounted(), [])
    for (const table of [likes, reposts, bookmarks, threadMutes])
      assert.deepEqual(
        (await site.app.db.select({ userId: table.userId }).from(table)).map(({ userId }) => userId),
        [site.ids.john],
      )
    const answers = await site.app.db
      .select({ body: posts.body, answered: posts.answeredId })
      .from(posts)
      .where(isNotNull(posts.parentId))
    assert.deepEqual(answers.map(({ body, answered }) => [body, answered]).toSorted(), [
      ['And again', 0],
      ['Continued', 0],
      ['To her, too', 0],
      ['To her', 0],
    ])
    assert.equal(await site.app.db.$count(threadGaps), 2, 'only where there are answers')
    const thread = await site.visitor().get(`/posts/${johns?.id}`)
    assert.match(thread.text, /This post was deleted\./)
    assert.match(thread.text, /To her/)
  })

  it('frees the names after 90 days, and leads no old mention to their next owners', async () => {
    const visitor = site.visitor()
    const [post] = await site.app.db.select({ id: posts.id }).from(posts).where(eq(posts.body, 'tea'))
    const entities = [{ kind: 'mention' as const, start: 0, end: 3, href: '/@Zelda' }]
    const old = eq(posts.id, Number(post?.id))
    await site.app.db.transaction(tx => tx.update(posts).set({ entities }).where(old))
    const signUp = (username: string) =>
      visitor.post('/sign-up', { username, email: `${username}@example.org`, password: 'a quiet harbour' })
    const names = ['zelda', 'zelda_before']
    for (const username of names) assert.equal((await signUp(username)).status, 422)
    await scheduleCleanup(site.app.db)
    await site.workJobs(new Date(Date.now() + 89 * day))
    for (const username of names) assert.equal((await signUp(username)).status, 422)
    await scheduleCleanup(site.app.db)
    await site.workJobs(new Date(Date.now() + 91 * day))
    const [cleaned] = await site.app.db.select().from(posts).where(old)
    assert.deepEqual(cleaned?.entities, [])
    for (const username of names) {
      assert.equal((await signUp(username)).status, 303)
      await visitor.post(`/settings/account/delete`, { current_password: 'a quiet harbour' })
      await site.workJobs()
    }
    assert.deepEqual(await rowsWithTraces(), [])
    await site.app.db.transaction(async tx => void (await tx.delete(jobs)))
  })

  it('continues after it is killed', async () => {
    await addEverything(site.ids.david)
    await site.visitor().post('/sign-in', { identifier: 'zelda', password })
    const browser = site.visitor()
    await browser.post('/sign-in', { identifier: 'zelda', password })
    await browser.post(form, { current_password: password })
    let chunks = 0
    const transaction = async <T>(work: (tx: Writer) => Promise<T>) => {
      assert.deepEqual(await miscounted(), [], `after ${chunks} chunks`)
      if (++chunks > 5) throw new Error('killed')
      return site.app.db.transaction(work)
    }
    const { signal } = new AbortController()
    const context = { id: 0, transaction, signal } as never
    await assert.rejects(deleteAccountJob.run({ userId: id }, context), /killed/)
    assert.notDeepEqual(await rowsWithTraces(), [])
    await site.workJobs()
    assert.deepEqual(await rowsWithTraces(), [])
    assert.deepEqual(await miscounted(), [])
  })

  it('works from the command line, too, without leaving a job', async () => {
    await addEverything(site.ids.mary)
    const { database } = site.config
    const url = database.engine === 'sqlite' ? `sqlite:${database.file}` : database.url
    const { code, output } = await runCommand(['user', 'delete', 'zelda_before', '--yes'], {
      DATABASE_URL: url,
    })
    assert.equal(code, 0, output)
    assert.match(output, /Deleted zelda and everything they had here/)
    assert.deepEqual(await rowsWithTraces(), [])
    const waiting = await site.app.db.select().from(jobs).where(eq(jobs.state, 'waiting'))
    assert.deepEqual(
      waiting.map(({ name }) => name),
      ['images.delete_files', 'images.delete_files'],
      'the site deletes the files',
    )
  })

  it('deletes at most one chunk at a time', async () => {
    await site.write(
      'susan',
      Array.from({ length: 450 }, (_, n) => `post ${n}`),
    )
    const version = { body: 'words', entities: [], createdAt: now }
    const left: [number, number][] = []
    await site.app.db.transaction(async tx => {
      const own = await tx.select({ postId: posts.id }).from(posts).where(eq(posts.userId, site.ids.susan))
      const versions = own
        .slice(0, 24)
        .flatMap(({ postId }) => Array.from({ length: 50 }, () => ({ ...version, postId })))
      await tx.insert(postVersions).values(versions)
    })
    for (const _ of [1, 2]) {
      await site.app.db.transaction(tx => deleteChunk(tx, site.ids.susan))
      const { posts } = await measureAccount(site.app.db, site.ids.susan)
      left.push([await site.app.db.$count(postVersions), posts])
    }
    assert.deepEqual(left, [
      [200, 450],
      [0, 350],
    ])
  })
})

describe('deleting the rows of a closed account', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  it('leaves the remembered pages that show nothing of them', async () => {
    const [ofSusan] = await site.write('susan', ['by susan'])
    const [ofMary] = await site.write('mary', ['by mary'])
    const [susan, mary] = [await site.signedIn('susan'), await site.signedIn('mary')]
    for (const verb of ['like', 'repost', 'bookmark', 'mute']) {
      await mary.post(`/posts/${ofSusan}/${verb}`)
      await susan.post(`/posts/${ofMary}/${verb}`)
    }
    await mary.post('/@susan/follow')
    await site.app.db.transaction(tx => closeAccount(tx, site.ids.mary, now))
    const heard: Invalidation[] = []
    const unlisten = site.app.db.listen(invalidation => heard.push(invalidation))
    while (await site.app.db.transaction(tx => deleteChunk(tx, site.ids.mary)));
    unlisten()
    assert.ok(heard.length > 4)
    for (const invalidation of heard)
      assert.ok(invalidation !== ALL && !invalidation.has(`person:${site.ids.john}`))
    assert.ok(heard.some(tags => tags !== ALL && tags.has(`post:${Number(ofSusan)}`)))
  })
})

describe('a closed account', () => {
  const badgeOf = ({ page }: Answer) => page.querySelector('[data-badge=notifications] span')?.text
  let site: Site
  before(async () => {
    site = await openSite()
    await site.write('susan', ['farewell #tea'])
    const [susan, john] = [await site.signedIn('susan'), await site.signedIn('john')]
    await john.post('/@susan/follow')
    await susan.post('/@john/follow')
    await susan.post('/posts', { body: 'goodbye @john' })
    assert.match((await john.get('/')).text, /farewell/)
    assert.equal(badgeOf(await john.get('/')), '2', 'a follow and a mention')
    // The job has not started: only closing has an effect.
    await susan.post(form, { current_password: password })
  })
  after(() => site.close())

  it('has no sessions, and signing in answers like a wrong password', async () => {
    const left = await site.app.db.select().from(sessions).where(eq(sessions.userId, site.ids.susan))
    assert.deepEqual(left, [])
    const answerTo = async (identifier: string, typed: string) => {
      const { status, page } = await site.visitor().post('/sign-in', { identifier, password: typed })
      return { status, sentence: page.querySelector('[role=alert]')?.text }
    }
    const wrong = await answerTo('john', 'wrong')
    for (const identifier of ['susan', 'susan@example.com'])
      assert.deepEqual(await answerTo(identifier, password), wrong)
  })

  it('is not counted on badges, which hear of it', async () => {
    const john = await site.signedIn('john')
    assert.equal(badgeOf(await john.get('/')), '0')
    assert.equal((await john.get('/notifications')).page.querySelector('.notification'), null)
  })

  it('is hidden with its posts', async () => {
    const john = await site.signedIn('john')
    for (const path of ['/@susan', '/@susan/followers', '/@susan/following', '/@susan/card'])
      assert.equal((await john.get(path)).status, 404, path)
    const [post] = await site.app.db.select().from(posts).where(eq(posts.userId, site.ids.susan))
    assert.equal((await john.get(`/posts/${post?.id}`)).status, 404)
    for (const path of ['/', '/explore', '/tags/tea', '/@john/followers', '/@john/following'])
      assert.doesNotMatch(
        (await john.get(path)).page.querySelector('main')?.text ?? '',
        /farewell|susan/i,
        path,
      )
    assert.equal((await john.post('/@susan/follow')).status, 404)
    const answer = await john.post('/posts', { body: 'where is @susan?' })
    assert.equal((await john.follow(answer)).page.querySelector('.content a'), null)
  })

  it('keeps its names until it is deleted', async () => {
    const form = { username: 'susan', email: 'new@example.org', password: 'a quiet harbour' }
    assert.equal((await site.visitor().post('/sign-up', form)).status, 422)
    await site.workJobs()
    assert.equal((await site.visitor().post('/sign-up', form)).status, 422, 'and for 90 days')
  })
})

describe('the page that deletes the account', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  for (const [name, values, sentence] of [
    ['a wrong password', { current_password: 'wrong' }, /Wrong password/],
    ['no password', {}, /Enter your password/],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const susan = await site.signedIn('susan')
      const { status, page } = await susan.post(form, values)
      assert.equal(status, 422)
      assert.match(page.querySelector('#current_password-error')?.text ?? '', sentence)
      assert.equal((await susan.get('/@susan')).status, 200)
    })
  }

  it('is only for its owner, from this site', async () => {
    assert.equal((await site.visitor().get(form)).location, `/sign-in?next=${encodeURIComponent(form)}`)
    assert.equal((await site.visitor().post(form, { current_password: password })).status, 401)
    const susan = await site.signedIn('susan')
    const elsewhere = { 'sec-fetch-site': 'cross-site' }
    assert.equal((await susan.post(form, { current_password: password }, elsewhere)).status, 403)
    const former = await site.app.db.select().from(formerUsernames)
    assert.deepEqual(former, [])
  })

  it('needs at most two statements besides the session’s', async () => {
    const susan = await site.signedIn('susan')
    site.statements.length = 0
    for (const path of [form, '/settings/account', '/settings/account/username', '/settings/account/email']) {
      site.statements.length = 0
      await susan.get(path)
      assert.ok(site.statements.length <= 3, `${path}\n${site.statements.join('\n')}`)
    }
  })
})
