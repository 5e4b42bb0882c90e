/** Writes the index, in the transaction that writes what it is about. */
import type { Writer } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import { users } from '../database/schema.ts'
import { and, eq, gt, inArray, lte, type SQL, sql } from '../database/sql.ts'
import { type IndexedPerson, type IndexedPost, personEntry, postEntry } from './entries.ts'
import { fts5Posts, indexedPeople, type PostKey, placeOf, tsvectorPosts } from './tables.ts'

/** Rows of one statement. */
const chunk = 500

/** Puts posts into the index, in the place of what it held of them. */
export async function indexPosts(tx: Writer, rows: IndexedPost[]): Promise<void> {
  for (const some of chunksOf(rows)) {
    await removePosts(tx, some)
    await (engine === 'sqlite' ? insertIntoFts5(tx, some) : upsertTsvectors(tx, some))
  }
}

/** Takes posts out of the index. On PostgreSQL they take their rows with them when they are deleted. */
export async function removePosts(tx: Writer, keys: PostKey[]): Promise<void> {
  if (engine === 'postgresql') return
  for (const some of chunksOf(keys)) {
    const places = sql.join(some.map(placeParameter), sql`, `)
    await tx.delete(fts5Posts).where(sql`${fts5Posts.place} in (${places})`)
  }
}

async function insertIntoFts5(tx: Writer, rows: IndexedPost[]): Promise<void> {
  await tx.insert(fts5Posts).values(rows.map(row => ({ place: placeParameter(row), words: postEntry(row) })))
}

/** A bigint reaches the database as it is. */
function placeParameter(key: PostKey): SQL<number> {
  return sql<number>`${placeOf(key)}`
}

/** A row that says what it should is left alone, so that rebuilding leaves no dead rows behind. */
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

/** Puts people into the index, in the place of what it held of them. */
export async function indexPeople(tx: Writer, people: IndexedPerson[]): Promise<void> {
  for (const some of chunksOf(people)) {
    const ids = some.map(({ id }) => id)
    await tx.delete(indexedPeople).where(inArray(indexedPeople.userId, ids))
    await tx.insert(indexedPeople).values(
      some.map(person => {
        const entry = personEntry(person)
        return { userId: person.id, words: engine === 'sqlite' ? entry : tsvectorParameter(entry) }
      }),
    )
  }
}

/** The same for somebody whose names have changed just now. */
export async function indexPerson(tx: Writer, id: number): Promise<void> {
  const { username, displayName } = users
  const people = await tx.select({ id: users.id, username, displayName }).from(users).where(eq(users.id, id))
  await indexPeople(tx, people)
}

/** Takes a person out of the index, whose account is closed or goes; their posts go by `removePosts`. */
export async function removePerson(tx: Writer, id: number): Promise<void> {
  await tx.delete(indexedPeople).where(eq(indexedPeople.userId, id))
}

/** Takes out of the index what stands after one post and up to another (null: from the beginning, to the end). */
export async function removePostsBetween(
  tx: Writer,
  after: PostKey | null,
  upTo: PostKey | null,
): Promise<void> {
  if (engine === 'postgresql') return
  const { place } = fts5Posts
  await tx
    .delete(fts5Posts)
    .where(
      and(
        after ? gt(place, placeParameter(after)) : sql`true`,
        upTo ? lte(place, placeParameter(upTo)) : undefined,
      ),
    )
}

/** The same of people, by their ids. */
export async function removePeopleBetween(tx: Writer, after: number, upTo: number | null): Promise<void> {
  const { userId } = indexedPeople
  await tx.delete(indexedPeople).where(and(gt(userId, after), upTo === null ? undefined : lte(userId, upTo)))
}

function* chunksOf<Row>(rows: Row[]): Generator<Row[]> {
  for (let at = 0; at < rows.length; at += chunk) yield rows.slice(at, at + chunk)
}
