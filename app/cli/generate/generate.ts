/** Writes a migration for both engines from the difference between the schema and the last migration. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Engine, root } from '../../config.ts'
import { MigrationRefused } from '../../database/migrations/failures.ts'
import { migrationsFolder, statementsOf } from '../../database/migrations/files.ts'
import { unfillableColumns } from './alterations.ts'
import { type GenerateOptions, type Hint, type Response, refusalOf, runGenerate } from './drizzle-kit.ts'
import { type HintOptions, resolveHints } from './hints.ts'
import { changesBetween, type Snapshot, snapshotsAround } from './snapshots.ts'
import { isRebuild, sqlBetween } from './sql-between.ts'

const review = '-- Proposed by db:generate from the two snapshots. Review it, then delete this line.\n'
const engines: Engine[] = ['postgresql', 'sqlite']

export type Generated = { name: string; changes: string[] }

/**
 * Writes `drizzle/<engine>/<time>_<name>/` with migration.sql, down.sql and snapshot.json for both engines,
 * and returns what changed; null, and nothing written, when the schema has not changed.
 */
export function generateMigration(name: string, options: HintOptions): Promise<Generated | null> {
  return allOrNothing(async plans => {
    // PostgreSQL first: of branches that conflict it names the very migrations.
    for (const plan of plans) await writeDecided(plan, name, options)
    const changing = plans.findLast(({ written }) => written)
    if (!changing) return null
    const unchanged = plans.filter(({ written }) => !written)
    for (const plan of unchanged) await writeEmpty(plan, name)
    const folder = await giveOneName(plans)
    for (const plan of plans) {
      if (unchanged.includes(plan)) await writeSql(plan, ['-- Nothing changes on this engine.\nselect 1;\n'])
      else await writeUpAndDown(plan, folder)
    }
    const [before, after] = await snapshotsAround(changing.engine, folder)
    return { name: folder, changes: changesBetween(before, after, changing.hints) }
  })
}

/** Writes empty files, for SQL by hand. */
export function generateCustomMigration(name: string): Promise<Generated> {
  return allOrNothing(async plans => {
    for (const plan of plans) await writeEmpty(plan, name)
    const folder = await giveOneName(plans)
    for (const plan of plans)
      await writeSql(plan, [
        `-- Write SQL for ${plan.engine} here; statements are divided by a line\n--> statement-breakpoint\n`,
        `-- Write the SQL that rolls it back here. If nothing can, say why in a line like\n-- "irreversible: the old values are gone" without the quotes.\n`,
      ])
    return { name: folder, changes: [] }
  })
}

/** One engine's next migration: what is decided, and the folder that drizzle-kit has written, if anything changes. */
type Plan = { engine: Engine; hints: Hint[]; written: string | null }

/** After a failure there is no folder of either engine. */
async function allOrNothing<Result>(write: (plans: Plan[]) => Promise<Result>): Promise<Result> {
  const plans: Plan[] = engines.map(engine => ({ engine, hints: [], written: null }))
  try {
    return await write(plans)
  } catch (error) {
    for (const { written } of plans) if (written) await rm(written, { recursive: true })
    throw error
  }
}

/** Lets drizzle-kit write, unless nothing changes, it refuses, or it has to ask first. */
async function writeMigration(plan: Plan, name: string, how: GenerateOptions): Promise<Response> {
  const response = await runGenerate({ name, ...how }, plan.engine)
  if (response.status === 'ok') {
    if (!response.migration_path) throw new MigrationRefused('drizzle-kit wrote nothing')
    plan.written = path.resolve(root, path.dirname(response.migration_path))
  }
  return response
}

async function writeEmpty(plan: Plan, name: string): Promise<void> {
  const response = await writeMigration(plan, name, { custom: true })
  if (response.status === 'error') throw refusalOf(response)
}

/** Decides what drizzle-kit asks, until it has written or found nothing to write. */
async function writeDecided(plan: Plan, name: string, options: HintOptions): Promise<void> {
  let response = await writeMigration(plan, name, {})
  while (response.status === 'missing_hints') {
    plan.hints.push(...(await resolveHints(response.unresolved, options)))
    response = await writeMigration(plan, name, { hints: plan.hints })
  }
  if (response.status === 'error') throw refusalOf(response)
}

/** The two folders have the same name, although one may have been written a second later. */
async function giveOneName(plans: Plan[]): Promise<string> {
  const folder = path.basename(String(plans[0]?.written))
  for (const plan of plans) {
    const own = String(plan.written)
    plan.written = path.join(path.dirname(own), folder)
    await rename(own, plan.written)
  }
  return folder
}

async function writeUpAndDown({ engine, hints }: Plan, folder: string): Promise<void> {
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
async function writeSql({ written }: Plan, [up = '', down = up]: string[]): Promise<void> {
  await writeFile(path.join(String(written), 'migration.sql'), up)
  await writeFile(path.join(String(written), 'down.sql'), down)
}
