/** An SQLite database as a file among files: copied while it is used, examined, put in another's place. */
import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs'
import Client from 'better-sqlite3'
import { UserError } from '../../config/user-error.ts'
import { readMigrations } from '../migrations/files.ts'
import { isBusy } from './write-queue.ts'

export type Progress = (share: number) => void

/** A connection for `using`, which closes it at the end of the block. */
function connectTo(file: string, options: Client.Options = {}): Client.Database & Disposable {
  const client = new Client(file, { timeout: 5_000, ...options })
  return Object.assign(client, { [Symbol.dispose]: () => void client.close() })
}

/**
 * Copies the database at `file` to `copy`, page by page, as it is now: the open read transaction
 * keeps writers of other processes from making the copy start again. The copy is one file without a log.
 */
export async function copyFile(file: string, copy: string, progress: Progress = () => {}): Promise<void> {
  using client = connectTo(file, { readonly: true, fileMustExist: true })
  try {
    // Readable by its owner only, from the first byte: it will hold e-mail addresses.
    closeSync(openSync(copy, 'w', 0o600))
    client.exec('BEGIN')
    client.prepare('select count(*) from sqlite_master').get()
    await client.backup(copy, {
      progress: ({ totalPages, remainingPages }) => {
        progress(1 - remainingPages / totalPages)
        return 2_000
      },
    })
    endLog(copy)
  } catch (error) {
    removeFile(copy)
    throw error
  }
}

/** Only the last connection to a database can end its write-ahead log. */
function endLog(file: string, timeout = 5_000): void {
  using client = connectTo(file, { timeout })
  client.pragma('journal_mode = DELETE')
}

/**
 * Reads the whole file and returns its newest migration's name.
 * @throws UserError when it is damaged, something else, or newer than this code
 */
export async function examineFile(file: string): Promise<string> {
  const known = new Set((await readMigrations('sqlite')).map(({ name }) => name))
  using client = connectTo(file, { readonly: true, fileMustExist: true })
  try {
    const problem = problemOf(client)
    if (problem) throw new UserError(`${file} is damaged: ${problem}`)
    const applied = appliedIn(client)
    const newest = applied.at(-1)
    if (!newest) throw new UserError(`${file} is an SQLite database, but not one of Microblog`)
    const unknown = applied.filter(name => !known.has(name))
    if (unknown.length === 0) return newest
    throw new UserError(
      `${file} is newer than this code, which does not know ${unknown.join(', ')}: update the code`,
    )
  } catch (error) {
    if (/^SQLITE_(NOTADB|CORRUPT)/.test(String((error as { code?: unknown }).code)))
      throw new UserError(`${file} is damaged: ${(error as Error).message}`)
    throw error
  }
}

function problemOf(client: Client.Database): string | undefined {
  const [first] = client.pragma('integrity_check(1)') as { integrity_check: string }[]
  if (first?.integrity_check !== 'ok') return first?.integrity_check.replaceAll('\n', ' ') ?? 'no answer'
  const [orphan] = client.pragma('foreign_key_check') as { table: string; parent: string }[]
  return orphan && `rows of ${orphan.table} refer to rows of ${orphan.parent} which are not there`
}

function appliedIn(client: Client.Database): string[] {
  const table = client.prepare("select 1 from sqlite_master where name = '__drizzle_migrations'").get()
  if (!table) return []
  return client.prepare('select name from __drizzle_migrations order by name').pluck().all() as string[]
}

/** Whether the database has this table: it may be older than the code. */
export function hasTable(file: string, name: string): boolean {
  using client = connectTo(file, { readonly: true, fileMustExist: true })
  return (
    client.prepare("select 1 from sqlite_master where type = 'table' and name = ?").get(name) !== undefined
  )
}

/** Whether the file may be overwritten: it does not exist, or has no user in it. A damaged one may not. */
export function isExpendable(file: string): boolean {
  if (!existsSync(file)) return true
  using client = connectTo(file, { readonly: true })
  try {
    const tables = client.prepare("select name from sqlite_master where type = 'table'").pluck().all()
    if (!tables.includes('users')) return tables.every(name => /^(sqlite_|__drizzle)/.test(String(name)))
    return client.prepare('select 1 from users limit 1').get() === undefined
  } catch {
    return false
  }
}

/**
 * Puts `fresh` in the place of the database at `file`, which is kept as `kept`.
 * @throws UserError while a process has the old one open
 */
export function replaceFile(file: string, fresh: string, kept: string | null): void {
  if (!kept) return renameSync(fresh, file)
  assertUnused(file)
  for (const end of ['', '-wal', '-shm']) if (existsSync(file + end)) renameSync(file + end, kept + end)
  try {
    renameSync(fresh, file)
  } catch (error) {
    renameSync(kept, file)
    throw error
  }
}

/**
 * Ends the database's write-ahead log: if that works, the database is not in use.
 * @throws UserError while a process, such as the running site, has it open
 */
export function assertUnused(file: string): void {
  if (!existsSync(file)) return
  try {
    endLog(file, 500)
  } catch (error) {
    if (isBusy(error)) throw new UserError('the database is in use: stop the site first, then try again')
    if (!/^SQLITE_(NOTADB|CORRUPT)/.test(String((error as { code?: unknown }).code))) throw error
  }
}

/** Removes a database that was not finished, and its log. */
export function removeFile(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true })
}
