/**
 * Databases of every earlier state of the migrations, with rows in them, meet the newest code: the server brings them
 * up to date as it starts. Every value of every row is what it was, and the site works with them.
 *
 *     DATABASE_URL=… node e2e/faults/upgrade.ts [--quick]
 */

import { setTimeout as delay } from 'node:timers/promises'
import Client from 'better-sqlite3'
import type { DatabaseConfig } from '../../app/config.ts'
import { engine } from '../../app/database/engine.ts'
import { readMigrations } from '../../app/database/migrations/files.ts'
import { migrate } from '../../app/database/migrations/migrations.ts'
import { emptyDatabase } from '../../app/testing/database.ts'
import { columnsOf, contentOf } from './content.ts'
import { earlierRows } from './earlier-rows.ts'
import { claim, claimNone, runFault } from './program.ts'
import { withPostgres } from './rows.ts'
import { Server } from './server.ts'
import { Visitor } from './visitor.ts'

const password = 'tea at the harbour'
type Row = Record<string, unknown>

await runFault(async ({ quick }) => {
  const names = (await readMigrations(engine)).map(({ name }) => name)
  const states = quick ? [0, Math.floor(names.length / 2), names.length - 2] : [...names.keys()]
  const rows = await earlierRows(password)
  for (const state of states) await upgradeFrom(String(names[state]), rows)
})

async function upgradeFrom(name: string, rows: [string, Row[]][]): Promise<void> {
  const database = await emptyDatabase()
  await migrate(database.config, { to: name })
  const columns = await columnsOf(database.config)
  for (const [table, some] of rows)
    for (const row of some) await insert(database.config, table, fitting(row, columns.get(table)))
  const before = await contentOf(database.config, columns)
  await migrate(database.config)
  const after = await contentOf(database.config, columns)
  const values = [...before].reduce(
    (sum, [table, lines]) => sum + lines.length * (columns.get(table)?.length ?? 0),
    0,
  )
  const changed = [...before].flatMap(([table, lines]) =>
    lines.filter(line => !after.get(table)?.includes(line)).map(line => `${table}: ${line.slice(0, 200)}`),
  )
  // A migration may enqueue a job.
  const more = [...before].filter(
    ([table, lines]) => table !== 'jobs' && after.get(table)?.length !== lines.length,
  )
  claimNone(
    `from ${name.slice(15)}: every row and value is what it was`,
    [...changed, ...more.map(([table]) => `${table} has another number of rows`)],
    `${before.size} tables, ${values} values`,
  )
  await useSite(name.slice(15), database, before.has('posts'))
  await database.drop()
}

function fitting(row: Row, columns: string[] | undefined): Row | null {
  if (!columns) return null
  return Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name)))
}

async function insert(config: DatabaseConfig, table: string, row: Row | null): Promise<void> {
  if (!row) return
  const names = Object.keys(row).map(name => `"${name}"`)
  const into = `insert into "${table}" (${names.join(', ')}) values`
  if (config.engine === 'postgresql') {
    const places = names.map((_, n) => `$${n + 1}`)
    return withPostgres(config.url, async client => {
      await client.unsafe(`${into} (${places.join(', ')})`, Object.values(row) as never[])
      if ('id' in row)
        await client.unsafe(
          `select setval(pg_get_serial_sequence('${table}', 'id'), max(id)) from "${table}"`,
        )
    })
  }
  const client = new Client(config.file)
  client.prepare(`${into} (${names.map(() => '?').join(', ')})`).run(Object.values(row).map(inSqlite))
  client.close()
}

function inSqlite(value: unknown): unknown {
  if (value instanceof Date) return value.getTime()
  if (typeof value === 'boolean') return Number(value)
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value
  return JSON.stringify(value)
}

async function useSite(name: string, { url }: { url: string }, hasPosts: boolean): Promise<void> {
  const server = await (await Server.on(url)).start()
  const visitor = new Visitor(server.url)
  const signedIn = await visitor.post('/sign-in', { identifier: 'SUSAN', password })
  const posted = await visitor.post('/posts', { body: 'a newer post #harbour', submission: 'newer' })
  const home = await visitor.get('/')
  const shown = hasPosts ? (await visitor.get('/explore')).text.includes('earlierword') : true
  const found = hasPosts ? await isFound(visitor, 'earlierword') : true
  const figures = `${signedIn.status}, ${posted.status}, ${home.status}, shown ${shown}, found ${found}`
  const works = signedIn.status === 303 && posted.status === 303 && home.text.includes('a newer post')
  claim(`from ${name}: the site works with it`, works && shown && found, figures)
  await server.end()
}

/** The index is made in the background, if it has never been. */
async function isFound(visitor: Visitor, word: string): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    const { text } = await visitor.get(`/search?q=${word}`)
    if (text.includes(`id="post-1"`)) return true
    await delay(100)
  }
  return false
}
