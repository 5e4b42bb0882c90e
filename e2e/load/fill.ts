/** A process of its own: fills the database that DATABASE_URL names, many rows a statement. */
import postgres from 'postgres'
import { between, mulberry32 } from '../../app/cli/seed/random.ts'
import { environment, readConfig } from '../../app/config.ts'
import { keepIdsAbove } from '../../app/database/consistent-read.ts'
import { type Database } from '../../app/database/database.ts'
import { migrate } from '../../app/database/migrations/migrations.ts'
import { openDatabase } from '../../app/database/open.ts'
import {
  bookmarks,
  conversations,
  follows,
  images,
  messages,
  notifications,
  participants,
  posts,
  users,
} from '../../app/database/schema.ts'
import { inArray, sql } from '../../app/database/sql.ts'
import { addEachCounted } from '../../app/posts/counted.ts'
import { addDerivedRows } from '../../app/posts/derivations.ts'
import { indexPeople } from '../../app/search-index/indexing.ts'
import { hashPassword } from '../../app/security/passwords.ts'
import { findEntities, mentionedNames } from '../../app/text/entities.ts'
import { foldName } from '../../app/text/normalize.ts'
import type { Options } from './options.ts'
import {
  authorOf,
  bodyOf,
  castOf,
  displayNameOf,
  followedBy,
  lengthOfChain,
  reactionsTo,
  repliesOfThread,
  threadsOf,
  usernameOf,
} from './population.ts'

const day = 24 * 3_600_000
const months = 180 * day
/** Those who are quiet today wrote only before this. */
const longAgo = 60 * day
const chunk = 1_000

const options: Options = JSON.parse(String(process.argv[2]))
const now = Date.now()
const start = now - months
const { database } = readConfig({ ...environment, SQLITE_SYNCHRONOUS: 'NORMAL' })
await migrate(database)
const db = await openDatabase(database)
const ids = await addPeople(db)
await addPosts(db)
await addPictures(db)
await addThreads(db)
await addReactions(db)
await addFollows(db)
await addAnswers(db)
await addLoudOne(db)
await addMessages(db)
await addNotifications(db)
await db.close()
if (database.engine === 'postgresql') await settle(database.url)

async function addPeople(db: Database): Promise<number[]> {
  const passwordHash = await hashPassword('tea at the harbour')
  const rows = Array.from({ length: options.users }, (_, person) => ({
    ...accountOf(person),
    passwordHash,
    createdAt: new Date(start),
    lastSeenAt: new Date(now - ((person * 7_919) % 90) * 3_600_000),
  }))
  const added: number[] = []
  for (const part of chunksOf(rows)) {
    const { id, username, displayName } = users
    await db.transaction(async tx => {
      const inserted = await tx.insert(users).values(part).returning({ id, username, displayName })
      await indexPeople(tx, inserted)
      added.push(...inserted.map(({ id }) => id))
    })
  }
  return added
}

function accountOf(person: number) {
  const username = usernameOf(person)
  const email = `${username}@example.com`
  const keys = { usernameKey: foldName(username), emailKey: foldName(email) }
  return {
    username,
    displayName: displayNameOf(person),
    email,
    ...keys,
    about: 'Bread, birds and old radios.',
  }
}

/** Oldest first, so that a greater id is a later post, as in life. */
async function addPosts(db: Database): Promise<void> {
  const random = mulberry32(1)
  const people = new Map(ids.map((id, person) => [foldName(usernameOf(person)), id]))
  for (let from = 0; from < options.posts; from += chunk) {
    const length = Math.min(chunk, options.posts - from)
    const drafts = Array.from({ length }, (_, index) => {
      const age = ((from + index + random()) / options.posts) * months
      const author = authorOf(random, { users: options.users, longAgo: age < longAgo })
      const body = bodyOf(random, options.users)
      const createdAt = new Date(start + age)
      return { userId: ids[author] as number, body, entities: findEntities(body), language: 'en', createdAt }
    })
    await db.transaction(async tx => {
      const added = await tx.insert(posts).values(drafts).returning({ id: posts.id })
      const written = drafts.map((draft, index) => ({ ...draft, id: (added[index] as { id: number }).id }))
      const mentioned = ({ entities }: (typeof written)[number]) =>
        mentionedNames(entities).map(name => people.get(name) as number)
      await addDerivedRows(
        tx,
        written.map(post => {
          const place = { parentId: null, answeredId: null, imageCount: 0 }
          return { ...post, ...place, mentioned: mentioned(post) }
        }),
      )
    })
  }
}

/** A post that a thousand answer, and one that five hundred answer one after the other. */
async function addThreads(db: Database): Promise<void> {
  const random = mulberry32(4)
  const { thread, chain, endOfChain } = threadsOf(options.posts)
  for (let id = thread; id <= endOfChain; id += chunk) {
    const numbers = Array.from({ length: Math.min(chunk, endOfChain - id + 1) }, (_, n) => id + n)
    const rows = numbers.map(id => {
      const place = placeOf(id)
      const author = (number: number) => ids[number % ids.length] as number
      const body = bodyOf(random, options.users)
      const createdAt = new Date(now - longAgo + (id - thread) * 60_000)
      const answeredId = place.parentId && author(place.parentId)
      const written = { body, entities: findEntities(body), language: 'en', createdAt }
      return { id, userId: author(id), ...place, answeredId, ...written }
    })
    await db.transaction(async tx => {
      await tx.insert(posts).values(rows)
      await addDerivedRows(
        tx,
        rows.map(row => ({ ...row, imageCount: 0, mentioned: [] })),
      )
    })
  }
  await db.transaction(tx => keepIdsAbove(tx, 'posts', endOfChain))
  if (endOfChain - thread !== repliesOfThread + 1 + lengthOfChain) throw new Error('the threads have gaps')

  function placeOf(id: number) {
    if (id === thread || id === chain) return { parentId: null, rootId: null }
    if (id < chain) return { parentId: thread, rootId: thread }
    return { parentId: id - 1, rootId: chain }
  }
}

/** One to four pictures in every fourth post of those who take some: the rows alone, because pages do not read the files. */
async function addPictures(db: Database): Promise<void> {
  const { pictured } = castOf(options.users)
  const authors = pictured.map(person => ids[person] as number)
  const written = await db
    .select({ id: posts.id, userId: posts.userId })
    .from(posts)
    .where(inArray(posts.userId, authors))
  const shown = written.filter(({ id }) => id % 4 === 0)
  const files = [480, 960, 1600].map(width => ({
    width,
    height: width / 1.6,
    bytes: width * 90,
    sha256: '0'.repeat(64),
  }))
  const rows = shown.flatMap(({ id, userId }) =>
    Array.from({ length: 1 + ((id / 4) % 4) }, (_, n) => ({
      key: `${id}${n}`.padStart(32, '0'),
      userId,
      purpose: 'post' as const,
      postId: id,
      position: n + 1,
      alt: 'The harbour in the morning, all fog.',
      width: 1600,
      height: 1000,
      placeholder: 'UklGRlQAAABXRUJQVlA4IEgAAADQAgCdASoQAAoAAUAmJYgCdAEO9yOAAP7+1k4n0Q0rAA=='.padEnd(
        160,
        'A',
      ),
      files,
      createdAt: new Date(now),
    })),
  )
  for (const some of chunksOf(rows)) await db.transaction(tx => tx.insert(images).values(some))
  const imageCount = sql<number>`(select count(*) from ${images} where ${images.postId} = ${posts.id})`
  await db.transaction(tx => tx.update(posts).set({ imageCount }).where(inArray(posts.userId, authors)))
}

/** Likes and reposts of all posts, and what a few people have bookmarked. */
async function addReactions(db: Database): Promise<void> {
  const random = mulberry32(5)
  for (let from = 1; from <= options.posts; from += chunk) {
    const numbers = Array.from({ length: Math.min(chunk, options.posts - from + 1) }, (_, n) => from + n)
    const reactions = numbers.map(postId => ({ postId, ...reactionsTo(random, options.users) }))
    const rows = (kind: 'likes' | 'reposts') =>
      reactions.flatMap(({ postId, ...people }) =>
        people[kind].map(person => ({
          postId,
          userId: ids[person] as number,
          // An hour after the post, so that Home has reposts among posts.
          createdAt: new Date(Math.min(now - postId, start + (postId / options.posts) * months + 3_600_000)),
        })),
      )
    await db.transaction(async tx => {
      for (const kind of ['likes', 'reposts'] as const)
        for (const some of chunksOf(rows(kind))) await addEachCounted(tx, kind, some)
    })
  }
  const kept = castOf(options.users).viewers.flatMap(person =>
    Array.from({ length: 500 }, (_, n) => ({ userId: ids[person] as number, postId: options.posts - 2 * n })),
  )
  for (const some of chunksOf(kept)) await db.transaction(tx => tx.insert(bookmarks).values(some))
}

async function addFollows(db: Database): Promise<void> {
  const random = mulberry32(2)
  for (const some of chunksOf([...ids.keys()])) {
    const rows = some.flatMap(person =>
      followedBy(person, { users: options.users, total: options.follows }).map(other => ({
        followerId: ids[person] as number,
        followedId: ids[other] as number,
        createdAt: new Date(between(random, start, now)),
      })),
    )
    for (const part of chunksOf(rows)) await db.transaction(tx => tx.insert(follows).values(part))
  }
}

/** A reply to every fifth post, within some hours of it. */
async function addAnswers(db: Database): Promise<void> {
  const random = mulberry32(4)
  const written = await db
    .select({ id: posts.id, userId: posts.userId, createdAt: posts.createdAt })
    .from(posts)
  const active = castOf(options.users).quietFrom
  const someone = () => ids[Math.floor(active * random() ** 1.3)] as number
  const soonAfter = (at: Date) => new Date(Math.min(now, at.getTime() + Math.floor(random() * 6 * 3_600_000)))
  const replies = written
    .filter(({ id }) => id % 5 === 0)
    .map(post => ({ parent: post, userId: someone(), createdAt: soonAfter(post.createdAt) }))
  await addReplies(
    db,
    replies.filter(({ parent, userId }) => parent.userId !== userId),
  )
}

/** Ten thousand replies of one person to another whom nobody in the scenarios follows, all of today. */
async function addLoudOne(db: Database): Promise<void> {
  const { loud } = castOf(options.users)
  const userId = ids[loud] as number
  const followed = new Set(followedBy(0, { users: options.users, total: options.follows }))
  const stranger = ids.findIndex((_, person) => person > 27 && !followed.has(person))
  const [parent] = await db.select({ id: posts.id }).from(posts).limit(1)
  const to = { id: (parent as { id: number }).id, userId: ids[stranger] as number }
  const replies = Array.from({ length: 10_000 }, (_, n) => ({
    parent: to,
    userId,
    createdAt: new Date(now - n * 8_000),
  }))
  await addReplies(db, replies)
}

type Reply = { parent: { id: number; userId: number }; userId: number; createdAt: Date }

async function addReplies(db: Database, replies: Reply[]): Promise<void> {
  const random = mulberry32(5)
  const rows = replies.map(({ parent, userId, createdAt }) => {
    const body = bodyOf(random, options.users)
    const place = { parentId: parent.id, rootId: parent.id, answeredId: parent.userId }
    return { userId, body, entities: findEntities(body), language: 'en', ...place, createdAt }
  })
  for (const part of chunksOf(rows)) await db.transaction(tx => tx.insert(posts).values(part))
}

/** Two people who have written to each other ever since, and one who has written to everybody once. */
async function addMessages(db: Database): Promise<void> {
  const { viewers } = castOf(options.users)
  const [talker, friend, popular] = viewers.map(person => ids[person] as number) as [number, number, number]
  await addConversation(db, [talker, friend], 10_000)
  const others = ids.filter(id => id !== popular).slice(0, 1_000)
  for (const other of others) await addConversation(db, [popular, other], 1)
}

async function addConversation(db: Database, pair: [number, number], count: number): Promise<void> {
  const random = mulberry32(3 + pair[0] * pair[1])
  const [firstId, secondId] = pair.toSorted((a, b) => a - b) as [number, number]
  const moment = (n: number) => new Date(Math.round(start + ((n + 1) / count) * months - 60_000))
  await db.transaction(async tx => {
    const begun = { firstId, secondId, createdAt: moment(0) }
    const [added] = await tx.insert(conversations).values(begun).returning({ id: conversations.id })
    const { id: conversationId } = added as { id: number }
    const side = { conversationId, lastMessageAt: moment(count - 1) }
    const [one, other] = pair
    await tx.insert(participants).values([
      { ...side, userId: one, otherId: other },
      { ...side, userId: other, otherId: one },
    ])
    const rows = Array.from({ length: count }, (_, n) => {
      const body = bodyOf(random, options.users)
      const senderId = pair[random() < 0.5 ? 0 : 1]
      const written = { body, entities: findEntities(body), language: 'en', createdAt: moment(n) }
      return { conversationId, senderId, ...written }
    })
    for (const part of chunksOf(rows)) await tx.insert(messages).values(part)
  })
}

/** One person hears of 10,000 posts, of some because they are liked; what came last is unread. */
async function addNotifications(db: Database): Promise<void> {
  const random = mulberry32(4)
  const [viewer = 0] = castOf(options.users).viewers
  const count = Math.min(10_000, options.posts)
  const rows = Array.from({ length: count }, (_, n) => {
    const kind = (['like', 'like', 'reply', 'mention', 'repost', 'quote'] as const)[n % 6]
    const postId = Math.floor((n * options.posts) / count) + 1
    const createdAt = new Date(Math.round(start + ((n + 1) / count) * months - 60_000))
    const actorId = ids[(viewer + 1 + Math.floor(random() * (options.users - 1))) % options.users] as number
    const readAt = n < count - 15 ? createdAt : null
    const subject = `${kind}:${postId}`
    return {
      userId: ids[viewer] as number,
      kind: kind as string,
      subject,
      actorId,
      postId,
      createdAt,
      readAt,
    }
  })
  for (const part of chunksOf(rows)) await db.transaction(tx => tx.insert(notifications).values(part))
}

function chunksOf<Row>(rows: Row[]): Row[][] {
  return Array.from({ length: Math.ceil(rows.length / chunk) }, (_, n) =>
    rows.slice(n * chunk, (n + 1) * chunk),
  )
}

/** What autovacuum would have done a minute later. SQLite got its `optimize` when the app closed it. */
async function settle(url: string): Promise<void> {
  const client = postgres(url, { max: 1 })
  await client.unsafe('vacuum analyze')
  await client.end()
}
