/**
 * Imports a file of users, posts, gaps in threads and follows. The file is read several times rather than held in memory:
 * once to validate every row, then once a kind, because a post needs its author and those it mentions, wherever in the
 * file they are. Replies find their threads at the end.
 */
import { UserError } from '../../config/user-error.ts'
import { keepIdsAbove } from '../../database/consistent-read.ts'
import type { Database, Writer } from '../../database/database.ts'
import { invalidRowMessage } from '../../database/errors.ts'
import { writeFollows } from './follows.ts'
import { writeGaps } from './gaps.ts'
import { removeEntries, writePosts } from './posts.ts'
import { findUnplaced, placeReplies, type Unplaced } from './reply-queries.ts'
import {
  type Entry,
  type Kind,
  kinds,
  type Outcome,
  type RawRow,
  type UserRow,
  type ValidatedRow,
  validate,
} from './site-format.ts'
import { writeUsers } from './users.ts'

/** Reads the file from its beginning; `purpose` is for the progress bar. */
export type Read = (purpose: string) => AsyncIterable<RawRow[]>
/** `errors` are the first of them, `failed` is how many there are. `replies`: see `Outcome`. */
export type Report = {
  created: Record<Kind, number>
  present: number
  errors: string[]
  failed: number
  replies: Map<number, string>
}

const maxErrors = 20
const chunkSize = 500

/**
 * Imports every row in one transaction.
 * @throws UserError that lists the rows which are invalid or conflict with others: nothing has changed then
 */
export async function importAll(db: Database, read: Read): Promise<Report> {
  const check = await checkRows(read)
  if (check.failed > 0) throw nothingImported(check)
  return db.transaction(async tx => {
    const report = emptyReport()
    await keepGivenIds(tx, check)
    for (const step of stepsFor(check)) {
      for await (const entries of chunksFor(step, read(step.kind)))
        await writeChunk(tx, step, entries, report)
    }
    const lost = await placeAll(tx, check, report)
    if (lost.size > 0) throw nothingImported(addErrors(emptyReport(), [...lost.values()]))
    return report
  })
}

/** Imports each row in a transaction of its own; the report lists those that could not be. */
export async function importRowByRow(db: Database, read: Read): Promise<Report> {
  const check = await checkRows(read)
  const report = emptyReport()
  await db.transaction(tx => keepGivenIds(tx, check))
  for (const step of stepsFor(check)) {
    for await (const validated of validatedRows(read(step.kind))) {
      if (validated.errors.length === 0)
        for (const entry of entriesOf(step.kind, validated)) await writeEntry(db, step, entry, report)
      else if (validated.kind === step.kind) addErrors(report, validated.errors)
    }
  }
  await db.transaction(async tx => {
    const lost = await placeAll(tx, check, report)
    const removed = await removeEntries(tx, [...lost.keys()])
    report.created.posts -= removed
    report.created.gaps -= lost.size - removed
    addErrors(report, [...lost.values()])
  })
  return report
}

/** Gives replies their places in threads once all posts are there; returns a sentence about each created one that has none. */
async function placeAll(tx: Writer, { found }: Check, { replies }: Report): Promise<Map<number, string>> {
  const lost = new Map<number, string>()
  if (found.posts + found.gaps === 0) return lost
  await placeReplies(tx)
  const unplaced = new Map((await findUnplaced(tx)).map(entry => [entry.id, entry]))
  const circles = circlesIn(unplaced)
  for (const [id, place] of replies) {
    const entry = unplaced.get(id)
    if (entry) lost.set(id, `${place}: ${whyUnplaced(entry, circles)}`)
  }
  return lost
}

function whyUnplaced({ id, parentId, hasParent }: Unplaced, circles: Set<number>): string {
  if (!hasParent) return `there is no post ${parentId} that it could answer`
  if (circles.has(id)) return `it answers itself, by way of post ${parentId}`
  return `it answers post ${parentId}, which has no place in a thread itself`
}

/** Those that answer themselves. The way up from each ends at one that is known; in a circle, if the same way met it. */
function circlesIn(unplaced: Map<number, Unplaced>): Set<number> {
  const circles = new Set<number>()
  const startOf = new Map<number, number>()
  const above = (id: number) => unplaced.get(id)?.parentId as number
  for (const start of unplaced.keys()) {
    let id = start
    for (; unplaced.has(id) && !startOf.has(id); id = above(id)) startOf.set(id, start)
    if (startOf.get(id) === start) for (; !circles.has(id); id = above(id)) circles.add(id)
  }
  return circles
}

/** A gap has the id that a post had. */
type Check = Report & { found: Record<Kind, number>; lastIds: Record<'users' | 'posts', number> }

/** Counts the rows of each kind, and finds their errors and the highest ids that they bring. */
async function checkRows(read: Read): Promise<Check> {
  const found = { users: 0, posts: 0, gaps: 0, follows: 0 }
  const check = { ...emptyReport(), found, lastIds: { users: 0, posts: 0 } }
  for await (const validated of validatedRows(read('checking'))) {
    addErrors(check, validated.errors)
    if (validated.errors.length > 0) found[validated.kind]++
    else
      for (const kind of kinds)
        for (const { row } of entriesOf(kind, validated)) {
          found[kind]++
          if (kind === 'follows') continue
          const table = kind === 'gaps' ? 'posts' : kind
          check.lastIds[table] = Math.max(check.lastIds[table], (row as { id?: number }).id ?? 0)
        }
  }
  return check
}

function emptyReport(): Report {
  return {
    created: { users: 0, posts: 0, gaps: 0, follows: 0 },
    present: 0,
    errors: [],
    failed: 0,
    replies: new Map(),
  }
}

async function* validatedRows(rows: AsyncIterable<RawRow[]>): AsyncGenerator<ValidatedRow> {
  for await (const batch of rows) yield* batch.map(validate)
}

/** The rows of one kind that a row of the file brings: a user may hold posts. */
function entriesOf(kind: Kind, { kind: own, place, row }: ValidatedRow): Entry<never>[] {
  if (own === kind) return [{ place, row: row as never }]
  if (own !== 'users' || kind !== 'posts') return []
  const { username, posts = [] } = row as UserRow
  return posts.map((post, index) => ({
    place: `${place} posts[${index}]`,
    row: { ...post, username } as never,
  }))
}

/** Each kind is given its own entries only, which the types cannot say. */
type Step = { kind: Kind; write(tx: Writer, entries: Entry<never>[], now: Date): Promise<Outcome> }

function stepsFor({ found }: Check): Step[] {
  const write = { users: writeUsers, posts: writePosts, gaps: writeGaps, follows: writeFollows }
  return kinds.filter(kind => found[kind] > 0).map(kind => ({ kind, write: write[kind] }))
}

/** The database numbers the rows without an id, and must not use an id that another row brings. */
async function keepGivenIds(tx: Writer, { lastIds }: Check): Promise<void> {
  for (const [name, last] of Object.entries(lastIds)) await keepIdsAbove(tx, name, last)
}

async function* chunksFor(step: Step, rows: AsyncIterable<RawRow[]>): AsyncGenerator<Entry<never>[]> {
  let chunk: Entry<never>[] = []
  for await (const validated of validatedRows(rows)) {
    chunk.push(...entriesOf(step.kind, validated))
    for (; chunk.length >= chunkSize; chunk = chunk.slice(chunkSize)) yield chunk.slice(0, chunkSize)
  }
  if (chunk.length > 0) yield chunk
}

async function writeChunk(tx: Writer, step: Step, entries: Entry<never>[], report: Report): Promise<void> {
  try {
    const outcome = await step.write(tx, entries, new Date())
    if (outcome.conflicts.length > 0) throw nothingImported(addErrors(emptyReport(), outcome.conflicts))
    addOutcome(report, step.kind, outcome)
  } catch (error) {
    const why = invalidRowMessage(error)
    if (why) throw new UserError(`the database does not take the rows from ${entries[0]?.place} on: ${why}`)
    throw error
  }
}

async function writeEntry(db: Database, step: Step, entry: Entry<never>, report: Report): Promise<void> {
  try {
    const outcome = await db.transaction(tx => step.write(tx, [entry], new Date()))
    addOutcome(report, step.kind, outcome)
  } catch (error) {
    const why = invalidRowMessage(error)
    if (!why) throw error
    addErrors(report, [`${entry.place}: ${why}`])
  }
}

function addOutcome(report: Report, kind: Kind, outcome: Outcome): void {
  const { created, present, conflicts, replies = [] } = outcome
  report.created[kind] += created
  report.present += present
  for (const [id, place] of replies) report.replies.set(id, place)
  addErrors(report, conflicts)
}

function addErrors(report: Report, errors: string[]): Report {
  report.failed += errors.length
  report.errors.push(...errors.slice(0, maxErrors - report.errors.length))
  return report
}

function nothingImported(report: Report): UserError {
  return new UserError(`nothing was imported:\n${errorList(report)}`)
}

/** One error a line; of very many, the first. */
export function errorList({ errors, failed }: Report): string {
  const more = failed - errors.length
  return [...errors, ...(more > 0 ? [`… and ${more} more`] : [])].map(line => `  ${line}`).join('\n')
}
