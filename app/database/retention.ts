/** Rows that are not needed after a time: each table says which they are, and the cleanup job deletes them. */
import type { Writer } from './database.ts'
import { type AnyColumn, type SQL, sql } from './sql.ts'

/** What a step before the deletion works with: transactions of a job, until it is stopped. */
export type RetentionStep = {
  transaction<T>(work: (tx: Writer) => Promise<T>): Promise<T>
  signal: AbortSignal
}

/** `where` finds the rows that may go; `key` is the table's primary key. */
export type RetentionRule = {
  from: Parameters<Writer['delete']>[0]
  key: AnyColumn[]
  where(now: Date): SQL | undefined
  /** Runs first each time. */
  before?(step: RetentionStep, now: Date): Promise<void>
  /** Rows in a transaction, if not 500. */
  atOnce?: number
  /** Deletes the rows and returns one thing for each, if more goes with them than a plain delete takes. */
  remove?(tx: Writer, which: SQL): Promise<unknown[]>
}

export function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * 86_400_000)
}

/** Deletes up to `atOnce` outdated rows and returns how many. */
export async function deleteExpired(
  tx: Writer,
  { from, key, where, atOnce = 500, remove }: RetentionRule,
  now: Date,
) {
  const keys = sql.join(key, sql`, `)
  const rows = sql`(select ${keys} from ${from} where ${where(now)} limit ${sql.raw(String(atOnce))})`
  const which = sql`(${keys}) in ${rows}`
  const plain = () =>
    tx
      .delete(from)
      .where(which)
      .returning({ key: key[0] as never })
  const deleted = await (remove ? remove(tx, which) : plain())
  return deleted.length
}
