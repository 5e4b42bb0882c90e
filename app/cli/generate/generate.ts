/** Writes a migration for both engines from the difference between the schema and the last migration. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Engine, root } from '../../config.ts'
import { MigrationRefused } from '../../database/migrations/failures.ts'
import { migrationsFolder, statementsOf } from '../../database/migrations/files.ts'
import { unfillableColumns } from './alterations.ts'
import { type Hint, type Response, refusalOf, runGenerate } from './drizzle-kit.ts'
import { type HintOptions, resolveHints } from './hints.ts'
import { changesBetween, type Snapshot, snapshotsAround } from './snapshots.ts'
import { isRebuild, sqlBetween } from './sql-between.ts'

const review = '-- Proposed by db:generate from the two snapshots. Review it, then delete this line.\n'
const engines: Engine[] = ['sqlite', 'postgresql']

export type Generated = { name: string; changes: string[] }

/**
 * Writes `drizzle/<engine>/<time>_<name>/` with migration.sql, down.sql and snapshot.json for both engines,
 * and returns what changed; null, and nothing written, when the schema has not changed.
 */
export async function generateMigration(name: string, options: HintOptions): Promise<Generated | null> {
  const [sqlite, postgresql] = await Promise.all([explain('sqlite'), explain('postgresql')])
  // PostgreSQL first: of branches that conflict it names the very migrations.
  const second = await planFor('postgresql', options, postgresql)
  const plans = [await planFor('sqlite', options, sqlite), second]
  const changing = plans.find(({ hints }) => hints !== null)
  if (!changing) return null
  const folder = await writeMigrations(name, plans)
  try {
    for (const plan of plans) {
      if (plan.hints) await writeUpAndDown(plan, folder)
      else await writeBoth(plan.engine, folder, ['-- Nothing changes on this engine.\nselect 1;\n'])
    }
  } catch (error) {
    for (const { engine } of plans) await rm(path.join(migrationsFolder(engine), folder), { recursive: true })
    throw error
  }
  const [before, after] = await snapshotsAround(changing.engine, folder)
  return { name: folder, changes: changesBetween(before, after, changing.hints ?? []) }
}

/** Writes empty files, for SQL by hand. */
export async function generateCustomMigration(name: string): Promise<Generated> {
  const folder = await writeMigrations(
    name,
    engines.map(engine => ({ engine, hints: null })),
  )
  for (const engine of engines)
    await writeBoth(engine, folder, [
      `-- Write SQL for ${engine} here; statements are divided by a line\n--> statement-breakpoint\n`,
      `-- Write the SQL that rolls it back here. If nothing can, say why in a line like\n-- "irreversible: the old values are gone" without the quotes.\n`,
    ])
  return { name: folder, changes: [] }
}

/** What one engine's next migration needs: hints for drizzle-kit, or null when nothing changes there. */
type Plan = { engine: Engine; hints: Hint[] | null }

function explain(engine: Engine, hints: Hint[] = []): Promise<Response> {
  return runGenerate(['--explain', '--hints', JSON.stringify(hints)], engine)
}

async function planFor(engine: Engine, options: HintOptions, first: Response): Promise<Plan> {
  let [response, hints]: [Response, Hint[]] = [first, []]
  while (response.status === 'missing_hints') {
    hints = [...hints, ...(await resolveHints(response.unresolved, options))]
    response = await explain(engine, hints)
  }
  if (response.status === 'error') throw refusalOf(response)
  return { engine, hints: response.status === 'no_changes' ? null : hints }
}

/**
 * Lets drizzle-kit write both engines' migrations. Returns the name of the folder, which is made the same for
 * both although one may be written a second later.
 */
async function writeMigrations(name: string, plans: Plan[]): Promise<string> {
  const results = await Promise.allSettled(plans.map(plan => writeMigration(name, plan)))
  const written = results.flatMap(result => (result.status === 'fulfilled' ? result.value : []))
  const failed = results.find(({ status }) => status === 'rejected')
  if (failed) {
    await Promise.all(written.map(folder => rm(folder, { recursive: true })))
    throw (failed as PromiseRejectedResult).reason
  }
  const folder = path.basename(String(written[0]))
  for (const own of written) await rename(own, path.join(path.dirname(own), folder))
  return folder
}

/** Returns the folder that drizzle-kit has written. */
async function writeMigration(name: string, { engine, hints }: Plan): Promise<string> {
  const how = hints ? ['--hints', JSON.stringify(hints)] : ['--custom']
  const response = await runGenerate(['--name', name, ...how], engine)
  if (response.status === 'error') throw refusalOf(response)
  if (response.status !== 'ok' || !response.migration_path)
    throw new MigrationRefused('drizzle-kit wrote nothing')
  return path.resolve(root, path.dirname(response.migration_path))
}

async function writeUpAndDown({ engine, hints: decided }: Plan, folder: string): Promise<void> {
  const hints = decided ?? []
  const [before, after] = await snapshotsAround(engine, folder)
  refuseUnfillable([before, after], hints)
  const [up, down] = ['migration.sql', 'down.sql'].map(name =>
    path.join(migrationsFolder(engine), folder, name),
  ) as [string, string]
  // Only a rebuild can be done better than drizzle-kit has written it.
  if (statementsOf(await readFile(up, 'utf8')).some(isRebuild))
    await writeFile(up, textOf(await sqlBetween(engine, [before, after], hints)))
  const reverse = hints.map(hint =>
    hint.type === 'rename' ? { ...hint, from: hint.to, to: hint.from } : hint,
  )
  try {
    await writeFile(down, `${review}${textOf(await sqlBetween(engine, [after, before], reverse))}`)
  } catch (error) {
    const why = (error as Error).message.split('\n')[0]
    await writeFile(down, `-- irreversible: no rollback could be proposed (${why})\n`)
  }
}

function textOf(statements: string[]): string {
  return `${statements.join('\n--> statement-breakpoint\n')}\n`
}

/** Rows that are there could not be given a value for a new column that demands one. */
function refuseUnfillable(snapshots: [Snapshot, Snapshot], hints: Hint[]): void {
  const [column] = unfillableColumns(snapshots, hints)
  if (!column) return
  throw new MigrationRefused(
    `${column.table}.${column.name} is NOT NULL without a default, and the rows that are there have no value for it: give it a .default(…), or leave .notNull() for a second migration, after filling it`,
  )
}

/** Writes migration.sql and down.sql, which are the same if only one text is given. */
async function writeBoth(engine: Engine, folder: string, [up = '', down = up]: string[]): Promise<void> {
  const file = (name: string) => path.join(migrationsFolder(engine), folder, name)
  await writeFile(file('migration.sql'), up)
  await writeFile(file('down.sql'), down)
}
