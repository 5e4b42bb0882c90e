/** The index's tables, which only the search knows: rows of them are made of other tables' rows. */
import { reference, table, text, time } from '../database/columns.ts'
import { engine } from '../database/engine.ts'
import { sql } from '../database/sql.ts'

/** Of FTS5, which keeps no texts: numbered so that the order of its rows is that of a timeline. */
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

/** A place holds 43 bits of milliseconds (until the year 2248) and 20 of the post's number. */
export const numberBits = 20n
export const numberMask = (1n << numberBits) - 1n
const soonest = -(1n << 43n)
const latest = (1n << 43n) - 1n

export type PostKey = { id: number; createdAt: Date }

/** The place of a post among all, by its moment and then by its number; exact, where a JavaScript number is not. */
export function placeOf({ id, createdAt }: PostKey): bigint {
  const moment = BigInt(createdAt.getTime())
  const kept = moment < soonest ? soonest : moment > latest ? latest : moment
  return (kept << numberBits) | (BigInt(id) & numberMask)
}

/** The place of the placeholders `time` and `id` of a keyset query. */
export const placeOfCursor = sql`
  min(cast(${sql.param(sql.placeholder('time'), tsvectorPosts.createdAt)} as integer), ${sql.raw(String(latest))})
  * ${sql.raw(String(numberMask + 1n))} + (cast(${sql.placeholder('id')} as integer) & ${sql.raw(String(numberMask))})`
