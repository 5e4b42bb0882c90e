/** The tables of the search index, and how the transactions that write posts and people update them. */
import { reference, table, text, time } from '../database/columns.ts'
import type { Writer } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import { posts, users } from '../database/schema.ts'
import { and, eq, gt, inArray, lte, type SQL, sql } from '../database/sql.ts'
import { type Entity, tagsOf } from '../text/entities.ts'
import { answeredToken, authorToken, emojiOf, imageToken, replyToken, tagToken, tokensOf } from './tokens.ts'

export type PostKey = { id: number; createdAt: Date }
export type IndexedPost = PostKey & {
  userId: number
  body: string
  entities: Entity[]
  parentId: number | null
  answeredId: number | null
  imageCount: number
}
/** What the index is made of, as it is stored. */
export const indexedColumns = {
  id: posts.id,
  userId: posts.userId,
  body: posts.body,
  entities: posts.entities,
  createdAt: posts.createdAt,
  parentId: posts.parentId,
  answeredId: posts.answeredId,
  imageCount: posts.imageCount,
}
export type IndexedPerson = { id: number; username: string; displayName: string }

/** An FTS5 table without content, whose rowids are in the order of a timeline. */
export const fts5Posts = table('post_fts', { place: reference('rowid').notNull(), words: text().notNull() })

export const tsvectorPosts = table('post_fts', {
  postId: reference('post_id').primaryKey(),
  userId: reference('user_id').notNull(),
  createdAt: time('created_at').notNull(),
  words: text().notNull(),
})

export const indexedPeople = table('person_fts', {
  userId: reference(engine === 'sqlite' ? 'rowid' : 'user_id').primaryKey(),
  words: text().notNull(),
})

/** A place consists of 43 bits of milliseconds (until the year 2248) and 20 bits of the post's id. */
export const numberBits = 20n
export const numberMask = (1n << numberBits) - 1n
const minTime = -(1n << 43n)
const maxTime = (1n << 43n) - 1n

/** The rowid of a post, ordered by time and then by id; a bigint, because it exceeds a JavaScript number. */
export function placeOf({ id, createdAt }: PostKey): bigint {
  const time = BigInt(createdAt.getTime())
  const clamped = time < minTime ? minTime : time > maxTime ? maxTime : time
  return (clamped << numberBits) | (BigInt(id) & numberMask)
}

/** The place of the placeholders `time` and `id` of a keyset query. */
export const placeOfCursor = sql`
  min(cast(${sql.param(sql.placeholder('time'), tsvectorPosts.createdAt)} as integer), ${sql.raw(String(maxTime))})
  * ${sql.raw(String(numberMask + 1n))} + (cast(${sql.placeholder('id')} as integer) & ${sql.raw(String(numberMask))})`

/** Rows per statement. */
const chunk = 500

/** Puts posts into the index that are not in it. */
export async function indexPosts(tx: Writer, rows: IndexedPost[]): Promise<void> {
  for (const some of chunksOf(rows))
    await (engine === 'sqlite' ? insertIntoFts5(tx, some) : upsertTsvectors(tx, some))
}

/** Takes posts out of the index. On PostgreSQL a deleted post takes its row with it, and the row of another is replaced. */
export async function removePosts(tx: Writer, keys: PostKey[]): Promise<void> {
  if (engine === 'postgresql') return
  for (const some of chunksOf(keys)) {
    const places = sql.join(some.map(placeParameter), sql`, `)
    await tx.delete(fts5Posts).where(sql`${fts5Posts.place} in (${places})`)
  }
}

/** What a search finds of posts may have changed since they were added. */
export async function indexPostsAgain(tx: Writer, rows: IndexedPost[]): Promise<void> {
  await removePosts(tx, rows)
  await indexPosts(tx, rows)
}

async function insertIntoFts5(tx: Writer, rows: IndexedPost[]): Promise<void> {
  await tx.insert(fts5Posts).values(rows.map(row => ({ place: placeParameter(row), words: postEntry(row) })))
}

/** As a bigint, which the driver passes exactly. */
function placeParameter(key: PostKey): SQL<number> {
  return sql<number>`${placeOf(key)}`
}

/** Does not update unchanged rows, so that a rebuild leaves no dead rows. */
async function upsertTsvectors(tx: Writer, rows: IndexedPost[]): Promise<void> {
  const { postId, userId, createdAt, words } = tsvectorPosts
  const values = rows.map(row => ({
    postId: row.id,
    userId: row.userId,
    createdAt: row.createdAt,
    words: tsvectorParameter(postEntry(row)),
  }))
  const set = {
    userId: sql`excluded.user_id`,
    createdAt: sql`excluded.created_at`,
    words: sql`excluded.words`,
  }
  await tx
    .insert(tsvectorPosts)
    .values(values)
    .onConflictDoUpdate({
      target: postId,
      set,
      setWhere: sql`(${userId}, ${createdAt}, ${words}) is distinct from (${set.userId}, ${set.createdAt}, ${set.words})`,
    })
}

function tsvectorParameter(entry: string): SQL<string> {
  return sql<string>`${entry}::tsvector`
}

/** Adds or replaces people. */
export async function indexPeople(tx: Writer, people: IndexedPerson[]): Promise<void> {
  for (const some of chunksOf(people)) {
    const ids = some.map(({ id }) => id)
    await tx.delete(indexedPeople).where(inArray(indexedPeople.userId, ids))
    await tx.insert(indexedPeople).values(
      some.map(person => {
        const entry = entryOf(`${person.username} ${person.displayName}`, [])
        return { userId: person.id, words: engine === 'sqlite' ? entry : tsvectorParameter(entry) }
      }),
    )
  }
}

/** Replaces a person whose names have changed. */
export async function indexPerson(tx: Writer, id: number): Promise<void> {
  const { username, displayName } = users
  const people = await tx.select({ id: users.id, username, displayName }).from(users).where(eq(users.id, id))
  await indexPeople(tx, people)
}

/** Removes a person whose account is closed or deleted; `removePosts` removes the posts. */
export async function removePerson(tx: Writer, id: number): Promise<void> {
  await tx.delete(indexedPeople).where(eq(indexedPeople.userId, id))
}

/** Removes the entries after one post, until another (null: from the beginning, to the end). */
export async function removePostsBetween(
  tx: Writer,
  after: PostKey | null,
  until: PostKey | null,
): Promise<void> {
  if (engine === 'postgresql') return
  const { place } = fts5Posts
  await tx
    .delete(fts5Posts)
    .where(
      and(
        after ? gt(place, placeParameter(after)) : sql`true`,
        until ? lte(place, placeParameter(until)) : undefined,
      ),
    )
}

/** Removes people by their ids, after one until another. */
export async function removePeopleBetween(tx: Writer, after: number, until: number | null): Promise<void> {
  const { userId } = indexedPeople
  await tx
    .delete(indexedPeople)
    .where(and(gt(userId, after), until === null ? undefined : lte(userId, until)))
}

/** PostgreSQL notes no more places of one word; the rest are left out on SQLite, too. */
const mostPlaces = 255

/** The words of a post, in their order, and tokens that no word can be for its author, whom it answers, its tags, its pictures and its emoji. */
function postEntry({ userId, body, entities, parentId, answeredId, imageCount }: IndexedPost): string {
  const answered = [...(parentId ? [replyToken] : []), ...(answeredId ? [answeredToken(answeredId)] : [])]
  const pictured = imageCount > 0 ? [imageToken] : []
  const tags = new Set(tagsOf(entities).map(tagToken))
  return entryOf(body, [authorToken(userId), ...answered, ...pictured, ...tags])
}

function entryOf(text: string, marks: string[]): string {
  const places = new Map<string, number[]>()
  for (const [at, { text: word }] of tokensOf(text).entries()) {
    const known = places.get(word)
    if (!known) places.set(word, [at])
    else if (known.length < mostPlaces) known.push(at)
  }
  // Without a place, so that words on both sides of an emoji are still a phrase.
  const all = [...marks, ...new Set(emojiOf(text).map(({ text: token }) => token))]
  return engine === 'sqlite' ? fts5Text(places, all) : tsvectorText(places, all)
}

/** Words one after the other; in the place of one that was left out stands what no word can be. */
function fts5Text(places: Map<string, number[]>, marks: string[]): string {
  const words: string[] = []
  for (const [word, at] of places) for (const place of at) words[place] = word
  return [...Array.from(words, word => word ?? '_'), ...marks].join(' ')
}

function tsvectorText(places: Map<string, number[]>, marks: string[]): string {
  const words = [...places].map(([word, at]) => `'${word}':${at.map(place => place + 1).join(',')}`)
  return [...words, ...marks.map(mark => `'${mark}'`)].join(' ')
}

function* chunksOf<Row>(rows: Row[]): Generator<Row[]> {
  for (let at = 0; at < rows.length; at += chunk) yield rows.slice(at, at + chunk)
}
