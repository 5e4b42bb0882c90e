/** Rebuilds what is derived from texts and people while the site runs: some rows at a time, each batch in a transaction. */
import { isDeepStrictEqual } from 'node:util'
import type { Reader, Writer } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import { messages, posts, users } from '../database/schema.ts'
import { asc, eq, gt, sql } from '../database/sql.ts'
import { rebuildDerivedRows } from '../posts/derivations.ts'
import {
  fts5Posts,
  indexedColumns,
  indexedPeople,
  indexPeople,
  indexPosts,
  numberMask,
  type PostKey,
  removePeopleBetween,
  removePostsBetween,
  tsvectorPosts,
} from '../search-index/indexing.ts'
import { refreshEntities } from '../text/entities.ts'
import { isBlank } from '../text/normalize.ts'

type Transaction = <T>(work: (tx: Writer) => Promise<T>) => Promise<T>
export type Rebuilding = {
  db: Reader
  /** db.transaction, or that of a job. */
  transaction: Transaction
  progress?(done: number, total: number): Promise<void> | void
  /** Leaves every row but those of the index as it is. */
  onlyIndex?: boolean
}

/** Rows per transaction; on SQLite other writers wait about 20 ms for it. */
const chunk = 200

/**
 * Writes again what is derived from each post, person and message, and removes the index entries of posts and people
 * that are gone; returns how many of these there are. What is written meanwhile brings its own: a post that has been
 * passed, or comes later, in its own transaction.
 */
export async function rebuildIndex(rebuilding: Rebuilding): Promise<number> {
  const { db, transaction, progress, onlyIndex = false } = rebuilding
  const writePosts = onlyIndex ? indexPosts : rebuildDerivedRows
  const indexed = (await db.$count(posts)) + (await db.$count(users))
  const total = indexed + (onlyIndex ? 0 : await db.$count(messages))
  let done = 0
  async function inSteps<Last>(from: Last, step: (tx: Writer, last: Last) => Promise<Step<Last>>) {
    for (let last = from, more = true; more; ) {
      const taken: Step<Last> = await transaction(tx => step(tx, last))
      ;({ last, more } = taken)
      done += taken.count
      await progress?.(done, Math.max(total, done))
    }
  }
  await inSteps<PostKey | null>(null, (tx, last) => rebuildPosts(tx, last, writePosts))
  await inSteps(0, (tx, last) => rebuildPeople(tx, last, onlyIndex))
  const found = done
  if (!onlyIndex) await inSteps(0, refreshMessages)
  return found
}

type Step<Last> = { last: Last; count: number; more: boolean }

async function rebuildPosts(
  tx: Writer,
  after: PostKey | null,
  writePosts: typeof rebuildDerivedRows,
): Promise<Step<PostKey | null>> {
  const rows = await postsAfter(tx, after)
  const more = rows.length === chunk
  const last = rows.at(-1) ?? after
  await removePostsBetween(tx, after, more ? last : null)
  await writePosts(tx, rows)
  return { last, count: rows.length, more }
}

/** In the order of the index: by time, then by id, of which SQLite's index keeps 20 bits. */
async function postsAfter(tx: Writer, after: PostKey | null) {
  const { id, createdAt } = posts
  const number = engine === 'sqlite' ? sql`(${id} & ${sql.raw(String(numberMask))})` : sql`${id}`
  const afterNumber = after && (engine === 'sqlite' ? Number(BigInt(after.id) & numberMask) : after.id)
  const beyond =
    after && sql`(${createdAt}, ${number}) > (${sql.param(after.createdAt, createdAt)}, ${afterNumber})`
  return tx
    .select(indexedColumns)
    .from(posts)
    .where(beyond ?? undefined)
    .orderBy(asc(createdAt), asc(number))
    .limit(chunk)
}

async function rebuildPeople(tx: Writer, after: number, onlyIndex: boolean): Promise<Step<number>> {
  const { id, username, displayName } = users
  const rows = await tx
    .select({ id, username, displayName })
    .from(users)
    .where(gt(id, after))
    .orderBy(asc(id))
    .limit(chunk)
  const more = rows.length === chunk
  const last = rows.at(-1)?.id ?? after
  for (const row of onlyIndex ? [] : rows.filter(({ displayName }) => isBlank(displayName))) {
    // Older versions took names of characters that show nothing.
    row.displayName = row.username
    tx.invalidates(`person:${row.id}`, `viewer:${row.id}`)
    await tx.update(users).set({ displayName: row.username }).where(eq(id, row.id))
  }
  await removePeopleBetween(tx, after, more ? last : null)
  await indexPeople(tx, rows)
  return { last, count: rows.length, more }
}

async function refreshMessages(tx: Writer, after: number): Promise<Step<number>> {
  const { id, body, entities } = messages
  const rows = await tx
    .select({ id, body, entities })
    .from(messages)
    .where(gt(id, after))
    .orderBy(asc(id))
    .limit(chunk)
  for (const row of rows) {
    const found = refreshEntities(row)
    if (!isDeepStrictEqual(found, row.entities))
      await tx.update(messages).set({ entities: found }).where(eq(id, row.id))
  }
  return { last: rows.at(-1)?.id ?? after, count: rows.length, more: rows.length === chunk }
}

/** Whether there are posts or people but no index entries. */
export async function isIncomplete(db: Reader): Promise<boolean> {
  const index = engine === 'sqlite' ? fts5Posts : tsvectorPosts
  const hasRows = async (table: typeof users | typeof posts | typeof index | typeof indexedPeople) =>
    (await db.select({ one: sql`1` }).from(table).limit(1)).length > 0
  if ((await hasRows(posts)) && !(await hasRows(index))) return true
  return (await hasRows(users)) && !(await hasRows(indexedPeople))
}
