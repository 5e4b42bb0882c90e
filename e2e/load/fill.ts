/** A process of its own: fills the database that DATABASE_URL names, many rows a statement. */
import postgres from 'postgres'
import { foldName } from '../../app/accounts/names.ts'
import { hashPassword } from '../../app/accounts/password.ts'
import { environment, readConfig } from '../../app/config.ts'
import { type Database, openDatabase } from '../../app/database/database.ts'
import { migrate } from '../../app/database/migrations.ts'
import { follows, hashtags, mentions, posts, users } from '../../app/database/schema.ts'
import { findEntities, foldTag, mentionedNames, tagsOf } from '../../app/posts/text.ts'
import { between, mulberry32 } from '../../app/seed/random.ts'
import type { Options } from './options.ts'
import { authorOf, bodyOf, displayNameOf, followedBy, usernameOf } from './population.ts'

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
await addFollows(db)
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
    const inserted = await db.transaction(tx => tx.insert(users).values(part).returning({ id: users.id }))
    added.push(...inserted.map(({ id }) => id))
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
      const mentioned = written.flatMap(post => mentionsIn(post, people))
      const tagged = written.flatMap(hashtagsIn)
      if (mentioned.length > 0) await tx.insert(mentions).values(mentioned)
      if (tagged.length > 0) await tx.insert(hashtags).values(tagged)
    })
  }
}

type Written = Pick<typeof posts.$inferSelect, 'id' | 'entities' | 'createdAt'>

function mentionsIn({ id, entities }: Written, people: Map<string, number>) {
  return mentionedNames(entities).map(name => ({ postId: id, userId: people.get(name) as number }))
}

function hashtagsIn({ id, entities, createdAt }: Written) {
  return tagsOf(entities).map(tag => ({ tag: foldTag(tag), postId: id, createdAt }))
}

async function addFollows(db: Database): Promise<void> {
  const random = mulberry32(2)
  const rows = ids.flatMap((followerId, person) =>
    followedBy(person, { users: options.users, total: options.follows }).map(other => ({
      followerId,
      followedId: ids[other] as number,
      createdAt: new Date(between(random, start, now)),
    })),
  )
  for (const part of chunksOf(rows)) await db.transaction(tx => tx.insert(follows).values(part))
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
