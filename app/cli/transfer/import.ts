/**
 * Imports a file in the format of site-format.ts. The file is read several times rather than held in memory: once to
 * validate every row, then once a kind, because a post needs its author and those it mentions, wherever in the file they
 * are. Replies find their threads once all posts and gaps are there, and before anything is said about them.
 */
import { UserError } from '../../config/user-error.ts'
import { keepIdsAbove } from '../../database/consistent-read.ts'
import type { Database, Writer } from '../../database/database.ts'
import { invalidRowMessage } from '../../database/errors.ts'
import type { Storage } from '../../storage/storage.ts'
import { writeBlocks, writeFollows } from './follows.ts'
import { writeGaps } from './gaps.ts'
import { ImageImport, ImportStorage } from './images.ts'
import { emptyPosts } from './picture-queries.ts'
import { removeEntries, writePosts } from './posts.ts'
import { writerOf } from './reactions.ts'
import { findUnplaced, placeReplies, type Unplaced } from './reply-queries.ts'
import {
  type Entry,
  type Kind,
  kinds,
  type Outcome,
  type RawRow,
  type UserRow,
  type ValidatedRow,
} from './site-format.ts'
import { validate } from './site-validation.ts'
import { writeUsers } from './users.ts'
import { writeVersions } from './versions.ts'

/** Reads the file from its beginning; `purpose` is for the progress bar. */
export type Read = (purpose: string) => AsyncIterable<RawRow[]>
/** `errors` are the first of them, `failed` is how many there are. `replies`, `wordless`: see `Outcome`. */
export type Report = {
  created: Record<Kind, number>
  present: number
  errors: string[]
  failed: number
  replies: Map<number, string>
  wordless: Map<number, string>
}

const maxErrors = 20
const chunkSize = 500
/** A picture may have many megabytes. */
const chunkSizes: Partial<Record<Kind, number>> = { images: 1 }

type Site = { db: Database; storage: Storage }

/**
 * Imports every row in one transaction.
 * @throws UserError that lists the rows which are invalid or conflict with others: nothing has changed then
 */
export async function importAll({ db, storage }: Site, read: Read): Promise<Report> {
  const check = await checkRows(read)
  if (check.failed > 0) throw nothingImported(check)
  const files = new ImportStorage(storage)
  try {
    return await db.transaction(async tx => {
      // After a conflict, the transaction runs again.
      await files.undo()
      return importInto(tx, read, { check, files })
    })
  } catch (error) {
    await files.undo().catch(() => {})
    throw error
  }
}

type Import = { check: Check; files: ImportStorage }

async function importInto(tx: Writer, read: Read, { check, files }: Import): Promise<Report> {
  const report = emptyReport()
  await keepGivenIds(tx, check)
  for (const step of stepsFor(check, files)) {
    for await (const entries of chunksFor(step, read(step.kind))) await writeChunk(tx, step, entries, report)
    await step.finish?.(tx)
    if (step.kind !== lastOfThreads(check)) continue
    const lost = [...(await withoutContent(tx, report)), ...(await placeAll(tx, report))]
    if (lost.length > 0)
      throw nothingImported(
        addErrors(
          emptyReport(),
          lost.map(([, why]) => why),
        ),
      )
  }
  return report
}

/** Imports each row in a transaction of its own; the report lists those that could not be. */
export async function importRowByRow({ db, storage }: Site, read: Read): Promise<Report> {
  const files = new ImportStorage(storage)
  const check = await checkRows(read)
  const report = emptyReport()
  await db.transaction(tx => keepGivenIds(tx, check))
  for (const step of stepsFor(check, files)) {
    for await (const validated of validatedRows(read(step.kind), step.kind)) {
      if (validated.errors.length === 0)
        for (const entry of entriesOf(step.kind, validated))
          await writeEntry({ db, files }, step, entry, report)
      else if (validated.kind === step.kind) addErrors(report, validated.errors)
    }
    const { finish } = step
    if (finish) await db.transaction(tx => finish(tx))
    if (step.kind === lastOfThreads(check)) await db.transaction(tx => placeOrRemove(tx, report))
  }
  return report
}

/** The kind after which all that threads consist of is there; undefined if the file has nothing of it. */
function lastOfThreads({ found }: Check): Kind | undefined {
  return (['gaps', 'images', 'posts'] as const).find(kind => found[kind] > 0)
}

/** Sentences about the created posts that have neither words nor pictures, by their ids. */
async function withoutContent(tx: Writer, { wordless }: Report): Promise<Map<number, string>> {
  const empty = await emptyPosts(tx, [...wordless.keys()])
  return new Map(empty.map(id => [id, `${wordless.get(id)}: it has no words, and no picture`]))
}

async function placeOrRemove(tx: Writer, report: Report): Promise<void> {
  const empty = await withoutContent(tx, report)
  await removeEntries(tx, [...empty.keys()])
  for (const id of empty.keys()) report.replies.delete(id)
  report.created.posts -= empty.size
  addErrors(report, [...empty.values()])
  const lost = await placeAll(tx, report)
  const removed = await removeEntries(tx, [...lost.keys()])
  report.created.posts -= removed
  report.created.gaps -= lost.size - removed
  addErrors(report, [...lost.values()])
}

/** Gives replies their places in threads once all posts are there; returns a sentence about each created one that has none. */
async function placeAll(tx: Writer, { replies }: Report): Promise<Map<number, string>> {
  const lost = new Map<number, string>()
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
  const found = counts()
  const check = { ...emptyReport(), found, lastIds: { users: 0, posts: 0 } }
  for await (const validated of validatedRows(read('checking'))) {
    addErrors(check, validated.errors)
    if (validated.errors.length > 0) found[validated.kind]++
    else
      for (const kind of kinds)
        for (const { row } of entriesOf(kind, validated)) {
          found[kind]++
          const { users, posts } = idsIn(kind, row)
          check.lastIds.users = Math.max(check.lastIds.users, users)
          check.lastIds.posts = Math.max(check.lastIds.posts, posts)
        }
  }
  return check
}

/** The highest ids that a row brings. A gap has the id that a post had, and so may what a post quotes. */
function idsIn(kind: Kind, row: { id?: number; quoted_id?: number }): { users: number; posts: number } {
  const { id = 0, quoted_id = 0 } = row
  if (kind === 'users') return { users: id, posts: 0 }
  return { users: 0, posts: Math.max(id, quoted_id) }
}

function emptyReport(): Report {
  return { created: counts(), present: 0, errors: [], failed: 0, replies: new Map(), wordless: new Map() }
}

function counts(): Record<Kind, number> {
  return Object.fromEntries(kinds.map(kind => [kind, 0])) as Record<Kind, number>
}

/** All rows, or those that matter to this kind: large rows of another are not looked at again. */
async function* validatedRows(rows: AsyncIterable<RawRow[]>, kind?: Kind): AsyncGenerator<ValidatedRow> {
  for await (const batch of rows)
    for (const raw of batch) if (raw.kind !== 'images' || !kind || kind === 'images') yield validate(raw)
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
type Step = {
  kind: Kind
  write(tx: Writer, entries: Entry<never>[], now: Date): Promise<Outcome>
  /** After all rows of the kind. */
  finish?(tx: Writer): Promise<void>
}

function stepsFor({ found }: Check, { storage }: ImportStorage): Step[] {
  const pictures = new ImageImport(storage)
  const write: Record<Kind, Step['write']> = {
    users: writeUsers,
    posts: writePosts,
    images: (tx, entries, now) => pictures.write(tx, entries, now),
    gaps: writeGaps,
    versions: writeVersions,
    blocks: writeBlocks,
    follows: writeFollows,
    likes: writerOf('likes'),
    reposts: writerOf('reposts'),
    bookmarks: writerOf('bookmarks'),
    mutes: writerOf('mutes'),
  }
  const finish = { finish: (tx: Writer) => pictures.finish(tx) }
  return kinds
    .filter(kind => found[kind] > 0)
    .map(kind => ({ kind, write: write[kind], ...(kind === 'images' && finish) }))
}

/** The database numbers the rows without an id, and must not use an id that another row brings. */
async function keepGivenIds(tx: Writer, { lastIds }: Check): Promise<void> {
  for (const [name, last] of Object.entries(lastIds)) await keepIdsAbove(tx, name, last)
}

async function* chunksFor(step: Step, rows: AsyncIterable<RawRow[]>): AsyncGenerator<Entry<never>[]> {
  let chunk: Entry<never>[] = []
  const size = chunkSizes[step.kind] ?? chunkSize
  for await (const validated of validatedRows(rows, step.kind)) {
    chunk.push(...entriesOf(step.kind, validated))
    for (; chunk.length >= size; chunk = chunk.slice(size)) yield chunk.slice(0, size)
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

async function writeEntry(
  { db, files }: { db: Database; files: ImportStorage },
  step: Step,
  entry: Entry<never>,
  report: Report,
): Promise<void> {
  try {
    const outcome = await db.transaction(async tx => {
      await files.undo()
      return step.write(tx, [entry], new Date())
    })
    files.keep()
    addOutcome(report, step.kind, outcome)
  } catch (error) {
    await files.undo().catch(() => {})
    const why = invalidRowMessage(error)
    if (!why) throw error
    addErrors(report, [`${entry.place}: ${why}`])
  }
}

function addOutcome(report: Report, kind: Kind, outcome: Outcome): void {
  const { created, present, conflicts, replies = [], wordless = [] } = outcome
  report.created[kind] += created
  report.present += present
  for (const [id, place] of replies) report.replies.set(id, place)
  for (const [id, place] of wordless) report.wordless.set(id, place)
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
