/** Forms that were sent without a session, kept until their sender has signed in. */
import type { Reader, Writer } from '../database/database.ts'
import type { RetentionRule } from '../database/retention.ts'
import { interruptedForms } from '../database/schema.ts'
import { and, eq, gt, lt } from '../database/sql.ts'

/** A form as it arrived: where it was sent to, and its fields. */
export type InterruptedForm = { path: string; fields: Record<string, string> }

/** Milliseconds for which a form is kept. */
export const formLifetimeMs = 3_600_000

const oldest = (now: Date) => new Date(now.getTime() - formLifetimeMs)

export async function saveInterruptedForm(
  tx: Writer,
  form: InterruptedForm & { tokenHash: string },
  now: Date,
): Promise<void> {
  await tx.insert(interruptedForms).values({ ...form, createdAt: now })
}

const { path, fields } = interruptedForms
const kept = (tokenHash: string, now: Date) =>
  and(eq(interruptedForms.tokenHash, tokenHash), gt(interruptedForms.createdAt, oldest(now)))

export async function findInterruptedForm(
  db: Reader,
  tokenHash: string,
  now: Date,
): Promise<InterruptedForm | undefined> {
  const [form] = await db.select({ path, fields }).from(interruptedForms).where(kept(tokenHash, now))
  return form
}

/** Deletes the form and returns its fields: of two that ask at the same moment, one gets them. */
export async function takeInterruptedForm(
  tx: Writer,
  { tokenHash, press }: { tokenHash: string; press: string },
  now: Date,
): Promise<InterruptedForm['fields'] | undefined> {
  const isIt = and(kept(tokenHash, now), eq(path, press))
  const [form] = await tx.delete(interruptedForms).where(isIt).returning({ fields })
  return form?.fields
}

export const expiredForms: RetentionRule = {
  from: interruptedForms,
  key: [interruptedForms.tokenHash],
  where: now => lt(interruptedForms.createdAt, oldest(now)),
}
