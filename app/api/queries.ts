import type { Reader, Writer } from '../database/database.ts'
import { idempotencyKeys } from '../database/schema.ts'
import { and, eq } from '../database/sql.ts'

type Key = { userId: number; key: string }
export type StoredAnswer = Key & { request: string; location: string; body: object }

/** What was answered to the create that somebody used this key for. */
export async function findAnswer(db: Reader, { userId, key }: Key): Promise<StoredAnswer | undefined> {
  const [kept] = await db
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.userId, userId), eq(idempotencyKeys.key, key)))
  return kept && { ...kept, location: String(kept.location), body: JSON.parse(kept.body) as object }
}

/** Keeps an answer, for a day (jobs/outdated.ts). Of two transactions that keep one at once, one runs again. */
export async function insertAnswer(tx: Writer, { body, ...answer }: StoredAnswer, now: Date): Promise<void> {
  await tx
    .insert(idempotencyKeys)
    .values({ ...answer, status: 201, body: JSON.stringify(body), createdAt: now })
    .onConflictDoNothing()
}
