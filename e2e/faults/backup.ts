/**
 * Backs the database up while people write, restores it elsewhere, and looks whether that is a moment that there was:
 * everything promised before it, nothing begun after it, every post with all that belongs to it, and every row as it is
 * in the database.
 *
 *     DATABASE_URL=… node e2e/faults/backup.ts [--quick]
 */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { DatabaseConfig } from '../../app/config.ts'
import { fileOf } from '../../app/database/consistent-read.ts'
import { engine } from '../../app/database/engine.ts'
import { emptyDatabase, migratedDatabase, type TestDatabase } from '../../app/testing/database.ts'
import { runProcess } from '../../app/testing/process.ts'
import { auditDerived, auditIntegrity, auditUnread } from './audit.ts'
import { type Content, columnsOf, contentOf } from './content.ts'
import { addPeople, Load, type Written } from './load.ts'
import { claim, claimNone, runFault } from './program.ts'
import { rowsOf } from './rows.ts'
import { Server } from './server.ts'

/** Of these, people here add rows only: what is in the backup is in the database to this moment, value for value. */
const onlyAdded = ['posts', 'mentions', 'hashtags', 'conversations', 'messages']

await runFault(async ({ quick, rounds }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'microblog-backups-'))
  const database = await migratedDatabase()
  await addPeople(database.config)
  const server = await (await Server.on(database.url)).start()
  const load = new Load(server.url).start()
  const kinds = engine === 'sqlite' ? ['copy.db', 'text.ndjson'] : ['text.ndjson', 'packed.ndjson.gz']
  const files: string[] = []
  for (let n = 0; n < (rounds ?? (quick ? 1 : 5)); n++) {
    await delay(1_000)
    const file = path.join(folder, `${n}-${kinds[n % kinds.length]}`)
    await command(database.url, 'db:backup', file)
    files.push(file)
  }
  await delay(500)
  await load.stop()
  await server.end()
  const source = await allOf(database.config)
  for (const file of files) await examine(file, load, source)
  await database.drop()
  await rm(folder, { recursive: true })
})

async function command(url: string, ...words: string[]): Promise<void> {
  const { code, output } = await runProcess(['app/cli.ts', ...words], { DATABASE_URL: url })
  if (code !== 0) throw new Error(output)
}

async function examine(file: string, { journal }: Load, source: Content): Promise<void> {
  const restored = await emptyDatabase()
  await command(restored.url, 'db:restore', file)
  const name = path.basename(file)
  await claimMoment(name, restored.config, new Map([...journal.posts, ...journal.messages]))
  await auditDerived(restored.config)
  await auditUnread(restored.config)
  await auditIntegrity(restored.config)
  claimTrue(name, await allOf(restored.config), source)
  await claimSame(file, restored)
  await restored.drop()
}

/**
 * There was such a moment if all that is there was begun before anything that is missing had been promised: what
 * was promised earlier is there, and what was begun later is not.
 */
async function claimMoment(
  name: string,
  config: DatabaseConfig,
  written: Map<string, Written>,
): Promise<void> {
  const rows = await rowsOf(config, 'select body from posts union all select body from messages')
  const there = new Set(rows.map(({ body }) => String(body)))
  const begun = [...written].filter(([body]) => there.has(body)).map(([, { begunAt }]) => begunAt)
  const missing = [...written].filter(([body]) => !there.has(body))
  const promised = missing.map(([, { promisedAt }]) => promisedAt ?? Infinity)
  const holds = Math.max(-Infinity, ...begun) < Math.min(Infinity, ...promised)
  const isSome = rows.length > 0 && rows.length === there.size && missing.length > 0
  claim(`${name} is of one moment`, holds && isSome, `${there.size} there, ${missing.length} came later`)
}

async function allOf(config: DatabaseConfig): Promise<Content> {
  return contentOf(config, await columnsOf(config))
}

function claimTrue(name: string, restored: Content, source: Content): void {
  const linesOf = (content: Content) =>
    onlyAdded.flatMap(table => (content.get(table) ?? []).map(row => `${table} ${inOrder(row)}`))
  const there = new Set(linesOf(source))
  const lines = linesOf(restored)
  const strange = lines.filter(line => !there.has(line))
  claimNone(`${name}: what it has is what the database has`, strange, `${lines.length} rows, value for value`)
}

/** SQLite keeps JSON as a text, whose keys may have another order after a backup as text. */
function inOrder(row: string): string {
  const parsed = JSON.parse(row, (key, value) =>
    key === 'entities' && typeof value === 'string' ? JSON.parse(value) : value,
  )
  return JSON.stringify(parsed, (_, value: unknown) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

/** Every row of every table: of a copy as its file has them, of text as a backup of what was restored says it again. */
async function claimSame(file: string, restored: TestDatabase): Promise<void> {
  const [before, after] = file.endsWith('.db')
    ? [await rowsOfCopy(file), await rowsOfCopy(String(fileOf(restored.config)))]
    : [rowsOfText(file), await rowsOfAgain(file, restored.url)]
  const same = before.length === after.length && before.every((line, at) => line === after[at])
  claim(`${path.basename(file)} is restored row for row`, same, `${before.length} rows`)
}

async function rowsOfCopy(file: string): Promise<string[]> {
  const config = { engine: 'sqlite', file, synchronous: 'FULL' } as DatabaseConfig
  return [...(await allOf(config))].flatMap(([table, rows]) => rows.map(row => `${table} ${row}`))
}

async function rowsOfAgain(file: string, url: string): Promise<string[]> {
  const again = `${file}.again.ndjson`
  await command(url, 'db:backup', again)
  return rowsOfText(again)
}

/** Without the first line and the last, which say when it was made. */
function rowsOfText(file: string): string[] {
  const bytes = readFileSync(file)
  const text = file.endsWith('.gz') ? gunzipSync(bytes) : bytes
  return text.toString('utf8').trim().split('\n').slice(1, -1)
}
