import { prepared, type Reader, type Writer } from '../database/database.ts'
import type { RetentionRule } from '../database/retention.ts'
import { exportParts, exports, jobs } from '../database/schema.ts'
import { and, desc, eq, gt, inArray, isNotNull, isNull, lt, ne, sql } from '../database/sql.ts'
import { cancelJob, type Progress } from '../jobs/queries.ts'
import { enqueue } from '../jobs/queue.ts'
import type { RateLimit } from '../limits/queries.ts'
import type { Language } from '../locales/translate.ts'

export const exportLimit: RateLimit = { name: 'export', burst: 3, every: 3_600_000 }

/** Finished and failed exports are kept this long. */
const lifetimeMs = 7 * 86_400_000

type Own = { id: number; userId: number }
const isOwn = ({ id, userId }: Own) => and(eq(exports.id, id), eq(exports.userId, userId))

/** An export as its owner sees it: `size` in bytes, null until it is finished. */
export type ExportState = Own & {
  createdAt: Date
  expiresAt: Date
  size: number | null
  /** Of its job, which is forgotten some time after it has ended. */
  state: string | null
  progress: Progress | null
  attempts: number | null
}

/** A person's exports, newest first: one that can be downloaded, and one that is being made or has failed. */
export async function findExports(db: Reader, userId: number, now: Date): Promise<ExportState[]> {
  const { id, createdAt, expiresAt, size } = exports
  const { state, progress, attempts } = jobs
  const found = await db
    .select({ id, userId: exports.userId, createdAt, expiresAt, size, state, progress, attempts })
    .from(exports)
    .leftJoin(jobs, eq(jobs.id, exports.jobId))
    .where(and(eq(exports.userId, userId), gt(expiresAt, now)))
    .orderBy(desc(createdAt), desc(id))
  return found as ExportState[]
}

export async function isExportRunning(db: Reader, userId: number): Promise<boolean> {
  const found = await db
    .select({ id: exports.id })
    .from(exports)
    .innerJoin(jobs, eq(jobs.id, exports.jobId))
    .where(and(eq(exports.userId, userId), inArray(jobs.state, ['waiting', 'running'])))
  return found.length > 0
}

/** Starts an export; failed ones are deleted. */
export async function startExport(
  tx: Writer,
  { userId, language }: { userId: number; language: Language },
  now: Date,
): Promise<void> {
  await tx.delete(exports).where(and(eq(exports.userId, userId), isNull(exports.size)))
  const uniqueKey = `export:${userId}`
  const jobId = await enqueue(tx, { name: 'exports.make', input: { language }, userId, uniqueKey })
  const expiresAt = new Date(now.getTime() + lifetimeMs)
  await tx.insert(exports).values({ userId, jobId, createdAt: now, expiresAt })
}

/** The export that a job makes, without the parts that an earlier attempt left; undefined if it was deleted. */
export async function restartExport(tx: Writer, jobId: number): Promise<number | undefined> {
  const [found] = await tx.select({ id: exports.id }).from(exports).where(eq(exports.jobId, jobId))
  if (found) await tx.delete(exportParts).where(eq(exportParts.exportId, found.id))
  return found?.id
}

export async function addExportPart(tx: Writer, part: typeof exportParts.$inferInsert): Promise<void> {
  await tx.insert(exportParts).values(part)
}

/** Finishes an export, deletes those before it and returns its expiry; undefined if it was deleted meanwhile. */
export async function finishExport(
  tx: Writer,
  { size, ...own }: Own & { size: number },
  now: Date,
): Promise<Date | undefined> {
  const expiresAt = new Date(now.getTime() + lifetimeMs)
  const finished = await tx
    .update(exports)
    .set({ size, finishedAt: now, expiresAt })
    .where(isOwn(own))
    .returning({ id: exports.id })
  if (finished.length === 0) return undefined
  await tx.delete(exports).where(and(eq(exports.userId, own.userId), ne(exports.id, own.id)))
  return expiresAt
}

/** A person's own export that is finished and has not expired. */
export async function findFinishedExport(db: Reader, own: Own, now: Date) {
  const { id, size, createdAt, expiresAt } = exports
  const [found] = await db
    .select({ id, size, createdAt })
    .from(exports)
    .where(and(isOwn(own), isNotNull(size), gt(expiresAt, now)))
  return found as { id: number; size: number; createdAt: Date } | undefined
}

const partAt = prepared<{ exportId: number; position: number }, { bytes: Buffer }[]>('export_part', db =>
  db
    .select({ bytes: exportParts.bytes })
    .from(exportParts)
    .where(
      and(
        eq(exportParts.exportId, sql.placeholder('exportId')),
        eq(exportParts.position, sql.placeholder('position')),
      ),
    ),
)

/**
 * The bytes of an export, a part at a time.
 * @throws Error when it is deleted meanwhile: fewer bytes than its size must not look like the whole file
 */
export async function* exportBytes(
  db: Reader,
  { id: exportId, size }: { id: number; size: number },
): AsyncGenerator<Buffer> {
  let sent = 0
  for (let position = 0; sent < size; position++) {
    const [part] = await partAt(db, { exportId, position })
    if (!part) throw new Error(`export ${exportId} was deleted while it was sent`)
    sent += part.bytes.length
    yield part.bytes
  }
}

/** Deletes a person's own export and cancels its job if that is unfinished; returns which, or null without one. */
export async function deleteExport(tx: Writer, own: Own, now: Date): Promise<'cancelled' | 'deleted' | null> {
  const [deleted] = await tx.delete(exports).where(isOwn(own)).returning({ jobId: exports.jobId })
  if (!deleted) return null
  const isCancelled = deleted.jobId !== null && (await cancelJob(tx, deleted.jobId, now))
  return isCancelled ? 'cancelled' : 'deleted'
}

/** Each takes its file with it, which may be large. */
export const expiredExports: RetentionRule = {
  from: exports,
  key: [exports.id],
  where: now => lt(exports.expiresAt, now),
  atOnce: 1,
}
