/**
 * Brings a file of users, posts and follows into the database. The file is read several times rather than
 * held in memory: once to validate every row, then once a kind, because a post needs its author and those it
 * mentions, wherever in the file they are.
 */

import { UserError } from '../../config/user-error.ts'
import { keepIdsAbove } from '../../database/consistent-read.ts'
import type { Database, Writer } from '../../database/database.ts'
import { rejection } from './rejection.ts'
import type { Kind, RawRow } from './rows.ts'
import { type Step, steps } from './steps.ts'
import type { Entry, Outcome } from './users.ts'
import { type Validated, validate } from './validate.ts'

/** Reads the file from its beginning, saying what for. */
export type Read = (purpose: string) => AsyncIterable<RawRow[]>
export type Report = { created: Record<Kind, number>; present: number; troubles: string[]; troubled: number }

/** No report names more rows than this. */
const named = 20
const chunkSize = 500

/**
 * Imports every row in one transaction.
 * @throws UserError that names the rows which are wrong, or are in somebody's way: nothing has changed then
 */
export async function importWhole(db: Database, read: Read): Promise<Report> {
  const survey = await surveyOf(read)
  if (survey.troubled > 0) throw listed(survey)
  return db.transaction(async tx => {
    const report = emptyReport()
    await keepGivenIds(tx, survey)
    for (const step of stepsFor(survey)) {
      for await (const entries of chunksFor(step, read(step.kind)))
        await writeChunk(tx, { step, entries, report })
    }
    return report
  })
}

/** Imports each row in a transaction of its own; the report names those that could not be. */
export async function importPartly(db: Database, read: Read): Promise<Report> {
  const survey = await surveyOf(read)
  const report = emptyReport()
  await db.transaction(tx => keepGivenIds(tx, survey))
  for (const step of stepsFor(survey)) {
    for await (const validated of judgedRows(read(step.kind))) {
      if (validated.errors.length > 0) note(report, validated.kind === step.kind ? validated.errors : [])
      else for (const entry of step.entriesIn(validated)) await writeAlone(db, { step, entry, report })
    }
  }
  return report
}

type Survey = Report & { found: Record<Kind, number>; lastIds: Record<string, number> }

function emptyReport(): Report {
  return { created: { users: 0, posts: 0, follows: 0 }, present: 0, troubles: [], troubled: 0 }
}

/** Counts the rows of each kind and finds the highest ids that they are given. */
async function surveyOf(read: Read): Promise<Survey> {
  const survey = {
    ...emptyReport(),
    found: { users: 0, posts: 0, follows: 0 },
    lastIds: { users: 0, posts: 0 },
  }
  for await (const validated of judgedRows(read('checking'))) {
    note(survey, validated.errors)
    if (validated.errors.length > 0) survey.found[validated.kind]++
    for (const { kind, entriesIn } of validated.errors.length > 0 ? [] : steps) {
      for (const { row } of entriesIn(validated)) {
        survey.found[kind]++
        if (kind !== 'follows')
          survey.lastIds[kind] = Math.max(survey.lastIds[kind], Number(Object(row).id ?? 0))
      }
    }
  }
  return survey
}

async function* judgedRows(rows: AsyncIterable<RawRow[]>): AsyncGenerator<Validated> {
  for await (const batch of rows) yield* batch.map(validate)
}

function stepsFor({ found }: Survey): Step[] {
  return steps.filter(({ kind }) => found[kind] > 0)
}

/** Rows without an id are given theirs by the database, which must not be one that another row brings. */
async function keepGivenIds(tx: Writer, { lastIds }: Survey): Promise<void> {
  for (const [name, last] of Object.entries(lastIds)) if (last > 0) await keepIdsAbove(tx, name, last)
}

async function* chunksFor(step: Step, rows: AsyncIterable<RawRow[]>): AsyncGenerator<Entry<never>[]> {
  let chunk: Entry<never>[] = []
  for await (const validated of judgedRows(rows)) {
    chunk.push(...step.entriesIn(validated))
    for (; chunk.length >= chunkSize; chunk = chunk.slice(chunkSize)) yield chunk.slice(0, chunkSize)
  }
  if (chunk.length > 0) yield chunk
}

type Chunk = { step: Step; entries: Entry<never>[]; report: Report }

async function writeChunk(tx: Writer, { step, entries, report }: Chunk): Promise<void> {
  try {
    const outcome = await step.write(tx, entries, new Date())
    if (outcome.conflicts.length > 0) throw listed(note(emptyReport(), outcome.conflicts))
    add(report, { kind: step.kind, outcome })
  } catch (error) {
    const why = rejection(error)
    if (why) throw new UserError(`the database does not take the rows from ${entries[0]?.place} on: ${why}`)
    throw error
  }
}

async function writeAlone(
  db: Database,
  { step, entry, report }: { step: Step; entry: Entry<never>; report: Report },
): Promise<void> {
  try {
    const outcome = await db.transaction(tx => step.write(tx, [entry], new Date()))
    add(report, { kind: step.kind, outcome })
  } catch (error) {
    const why = rejection(error)
    if (!why) throw error
    note(report, [`${entry.place}: ${why}`])
  }
}

function add(report: Report, { kind, outcome }: { kind: Kind; outcome: Outcome }): void {
  report.created[kind] += outcome.created
  report.present += outcome.present
  note(report, outcome.conflicts)
}

function note(report: Report, troubles: string[]): Report {
  report.troubled += troubles.length
  report.troubles.push(...troubles.slice(0, named - report.troubles.length))
  return report
}

function listed(report: Report): UserError {
  return new UserError(`nothing was imported:\n${troublesOf(report)}`)
}

/** One trouble a line; of very many, the first. */
export function troublesOf({ troubles, troubled }: Report): string {
  const more = troubled - troubles.length
  return [...troubles, ...(more > 0 ? [`… and ${more} more`] : [])].map(line => `  ${line}`).join('\n')
}
