/** Earlier versions of edited posts, many rows a statement. */
import type { Reader, Writer } from '../../database/database.ts'
import { postVersions } from '../../database/schema.ts'
import { and, asc, gt, inArray } from '../../database/sql.ts'

export type NewVersion = typeof postVersions.$inferInsert

/** A page of versions in the order of their ids, after this one. */
export async function versionsAfter(db: Reader, id: number) {
  return db
    .select()
    .from(postVersions)
    .where(gt(postVersions.id, id))
    .orderBy(asc(postVersions.id))
    .limit(1_000)
}

/** The versions of these posts from these times. */
export async function versionsAmong(db: Reader, postIds: number[], times: Date[]) {
  const { postId, body, createdAt } = postVersions
  const isAmong = and(inArray(postId, postIds), inArray(createdAt, times))
  return db.select({ postId, body, createdAt }).from(postVersions).where(isAmong)
}

export async function insertVersions(tx: Writer, rows: NewVersion[]): Promise<void> {
  tx.invalidates(...rows.map(({ postId }) => `post:${postId}` as const))
  await tx.insert(postVersions).values(rows)
}
