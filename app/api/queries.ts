import type { Reader, Writer } from '../database/database.ts'
import { daysBefore, type RetentionRule } from '../database/retention.ts'
import { idempotencyKeys } from '../database/schema.ts'
import { and, eq, lt } from '../database/sql.ts'

type Key = { userId: number; key: string }
export type StoredAnswer = Key & { request: string; location: string; body: object }

/** The answer to the create for which this person used this key. */
export async function findAnswer(db: Reader, { userId, key }: Key): Promise<StoredAnswer | undefined> {
  const [stored] = await db
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.userId, userId), eq(idempotencyKeys.key, key)))
  return stored && { ...stored, location: String(stored.location), body: JSON.parse(stored.body) as object }
}

/** Stores an answer for a day (registry/retention.ts). Of two transactions that store one at once, one is retried. */
export async function insertAnswer(tx: Writer, { body, ...answer }: StoredAnswer, now: Date): Promise<void> {
  await tx
    .insert(idempotencyKeys)
    .values({ ...answer, status: 201, body: JSON.stringify(body), createdAt: now })
    .onConflictDoNothing()
}

export const oldAnswers: RetentionRule = {
  from: idempotencyKeys,
  key: [idempotencyKeys.userId, idempotencyKeys.key],
  where: now => lt(idempotencyKeys.createdAt, daysBefore(now, 1)),
}
