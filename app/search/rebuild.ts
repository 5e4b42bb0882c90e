/** Rebuilds what is derived from posts and people while the site runs: some rows at a time, each batch in a transaction. */
import type { Reader, Writer } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import { posts, users } from '../database/schema.ts'
import { asc, gt, sql } from '../database/sql.ts'
import { rebuildDerivedRows } from '../posts/derivations.ts'
import {
  fts5Posts,
  indexedPeople,
  indexPeople,
  numberMask,
  type PostKey,
  removePeopleBetween,
  removePostsBetween,
  tsvectorPosts,
} from '../search-index/indexing.ts'

type Transaction = <T>(work: (tx: Writer) => Promise<T>) => Promise<T>
export type Rebuilding = {
  db: Reader
  /** db.transaction, or that of a job. */
  transaction: Transaction
  progress?(done: number, total: number): Promise<void> | void
  /** Writes a batch of posts that the index does not hold. */
  writePosts?: typeof rebuildDerivedRows
}

/** Rows per transaction; on SQLite other writers wait about 20 ms for it. */
const chunk = 200

/**
 * Writes again the rows derived from each post and person, and removes those of posts and people that are gone; returns
 * how many there are. What is written meanwhile brings its own: a post that has been passed, or comes later, in its own transaction.
 */
export async function rebuildIndex({
  db,
  transaction,
  progress,
  writePosts = rebuildDerivedRows,
}: Rebuilding): Promise<number> {
  const total = (await db.$count(posts)) + (await db.$count(users))
  let done = 0
  const advance = async (count: number) => {
    done += count
    await progress?.(done, Math.max(total, done))
  }
  for (let last: PostKey | null = null, more = true; more; ) {
    const step: PostStep = await transaction(tx => rebuildPosts(tx, last, writePosts))
    ;({ last, more } = step)
    await advance(step.count)
  }
  for (let last = 0, more = true; more; ) {
    const step: PeopleStep = await transaction(tx => rebuildPeople(tx, last))
    ;({ last, more } = step)
    await advance(step.count)
  }
  return done
}

type PostStep = { last: PostKey | null; count: number; more: boolean }

async function rebuildPosts(
  tx: Writer,
  after: PostKey | null,
  writePosts: typeof rebuildDerivedRows,
): Promise<PostStep> {
  const rows = await postsAfter(tx, after)
  const more = rows.length === chunk
  const last = rows.at(-1) ?? after
  await removePostsBetween(tx, after, more ? last : null)
  await writePosts(tx, rows)
  return { last, count: rows.length, more }
}

/** In the order of the index: by time, then by id, of which SQLite's index keeps 20 bits. */
async function postsAfter(tx: Writer, after: PostKey | null) {
  const { id, userId, body, entities, createdAt } = posts
  const number = engine === 'sqlite' ? sql`(${id} & ${sql.raw(String(numberMask))})` : sql`${id}`
  const afterNumber = after && (engine === 'sqlite' ? Number(BigInt(after.id) & numberMask) : after.id)
  const beyond =
    after && sql`(${createdAt}, ${number}) > (${sql.param(after.createdAt, createdAt)}, ${afterNumber})`
  return tx
    .select({ id, userId, body, entities, createdAt })
    .from(posts)
    .where(beyond ?? undefined)
    .orderBy(asc(createdAt), asc(number))
    .limit(chunk)
}

type PeopleStep = { last: number; count: number; more: boolean }

async function rebuildPeople(tx: Writer, after: number): Promise<PeopleStep> {
  const { id, username, displayName } = users
  const rows = await tx
    .select({ id, username, displayName })
    .from(users)
    .where(gt(id, after))
    .orderBy(asc(id))
    .limit(chunk)
  const more = rows.length === chunk
  const last = rows.at(-1)?.id ?? after
  await removePeopleBetween(tx, after, more ? last : null)
  await indexPeople(tx, rows)
  return { last, count: rows.length, more }
}

/** Whether there are posts or people but no index entries. */
export async function isIncomplete(db: Reader): Promise<boolean> {
  const index = engine === 'sqlite' ? fts5Posts : tsvectorPosts
  const hasRows = async (table: typeof users | typeof posts | typeof index | typeof indexedPeople) =>
    (await db.select({ one: sql`1` }).from(table).limit(1)).length > 0
  if ((await hasRows(posts)) && !(await hasRows(index))) return true
  return (await hasRows(users)) && !(await hasRows(indexedPeople))
}
