/** The tables of the search index, derived from posts and users. */
import { reference, table, text, time } from '../database/columns.ts'
import { engine } from '../database/engine.ts'
import { sql } from '../database/sql.ts'

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

export type PostKey = { id: number; createdAt: Date }

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
