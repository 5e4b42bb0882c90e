import type { Reader } from '../database/database.ts'
import { jobs } from '../database/schema.ts'
import { and, desc, eq } from '../database/sql.ts'

const columns = {
  id: jobs.id,
  state: jobs.state,
  input: jobs.input,
  email: jobs.result,
  error: jobs.error,
  createdAt: jobs.createdAt,
}

/** The newest mails, sent or not. */
export async function listMails(db: Reader, max: number) {
  return db.select(columns).from(jobs).where(eq(jobs.name, 'mail')).orderBy(desc(jobs.id)).limit(max)
}

export async function findMail(db: Reader, id: number) {
  const [found] = await db
    .select(columns)
    .from(jobs)
    .where(and(eq(jobs.name, 'mail'), eq(jobs.id, id)))
  return found
}
