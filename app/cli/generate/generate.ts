/** Writes a migration for both engines from the difference between the schema and the last migration. */
import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Engine, root } from '../../config.ts'
import { MigrationRefused, migrationsFolder, readMigrations } from '../../database/migrations/migrations.ts'
import { type Answers, hintsFor } from './answers.ts'
import { askAboutMigrations, type Hint, type Response } from './drizzle-kit.ts'
import { changesBetween, snapshotAfter, sqlBetween } from './snapshots.ts'

const review = '-- Proposed by db:generate from the two snapshots. Review it, then delete this line.\n'
const engines: Engine[] = ['sqlite', 'postgresql']

export type Generated = { name: string; changes: string[] }

/**
 * Writes `drizzle/<engine>/<time>_<name>/` with migration.sql, down.sql and snapshot.json for both engines,
 * and says what it found; null, and nothing written, when the schema has not changed.
 */
export async function generateMigration(name: string, answers: Answers): Promise<Generated | null> {
  const plans: Plan[] = []
  for (const engine of engines) plans.push(await planFor(engine, answers))
  const changing = plans.find(({ hints }) => hints !== null)
  if (!changing) return null
  const folder = await writeBoth(name, plans)
  for (const plan of plans) await (plan.hints ? writeDown(plan, folder) : writeNothing(plan.engine, folder))
  const [before, after] = await snapshotsAround(changing.engine, folder)
  return { name: folder, changes: changesBetween(before, after, changing.hints ?? []) }
}

/** Writes empty files for SQL of one's own. */
export async function generateCustomMigration(name: string): Promise<Generated> {
  const folder = await writeBoth(
    name,
    engines.map(engine => ({ engine, hints: null })),
  )
  for (const engine of engines) {
    const file = (which: string) => path.join(migrationsFolder(engine), folder, which)
    await writeFile(
      file('migration.sql'),
      `-- Write SQL for ${engine} here; statements are divided by a line\n--> statement-breakpoint\n`,
    )
    await writeFile(
      file('down.sql'),
      `-- Write the SQL that rolls it back here. If nothing can, say why in a line like\n-- "irreversible: the old values are gone" without the quotes.\n`,
    )
  }
  return { name: folder, changes: [] }
}

/** What an engine's next migration needs: answers for drizzle-kit, or null when nothing changes there. */
type Plan = { engine: Engine; hints: Hint[] | null }

async function planFor(engine: Engine, answers: Answers, hints: Hint[] = []): Promise<Plan> {
  const response = await askAboutMigrations(['--explain', '--hints', JSON.stringify(hints)], engine)
  if (response.status === 'no_changes') return { engine, hints: null }
  if (response.status === 'ok') return { engine, hints }
  if (response.status === 'error') throw refusalOf(response)
  return planFor(engine, answers, [...hints, ...(await hintsFor(response.unresolved, answers))])
}

function refusalOf({ error }: Extract<Response, { status: 'error' }>): MigrationRefused {
  return new MigrationRefused(
    `drizzle-kit refused (${error.code})${error.message ? `: ${error.message}` : ''}`,
  )
}

/** The folder's name, which is the same for both engines although drizzle-kit wrote them a moment apart. */
async function writeBoth(name: string, plans: Plan[]): Promise<string> {
  const written: string[] = []
  try {
    for (const plan of plans) written.push(await write(name, plan))
  } catch (error) {
    await Promise.all(written.map(folder => rm(folder, { recursive: true })))
    throw error
  }
  const folder = path.basename(String(written[0]))
  for (const own of written) await rename(own, path.join(path.dirname(own), folder))
  return folder
}

/** Lets drizzle-kit write one engine's migration; returns its folder. */
async function write(name: string, { engine, hints }: Plan): Promise<string> {
  const how = hints ? ['--hints', JSON.stringify(hints)] : ['--custom']
  const response = await askAboutMigrations(['--name', name, ...how], engine)
  if (response.status === 'error') throw refusalOf(response)
  if (response.status !== 'ok' || !response.migration_path)
    throw new MigrationRefused('drizzle-kit wrote nothing')
  return path.resolve(root, path.dirname(response.migration_path))
}

async function writeDown({ engine, hints }: Plan, folder: string): Promise<void> {
  const [before, after] = await snapshotsAround(engine, folder)
  const back = (hints ?? []).map(hint =>
    hint.type === 'rename' ? { ...hint, from: hint.to, to: hint.from } : hint,
  )
  const file = path.join(migrationsFolder(engine), folder, 'down.sql')
  try {
    const statements = await sqlBetween(engine, [after, before], back)
    await writeFile(file, `${review}${statements.join('\n--> statement-breakpoint\n')}\n`)
  } catch (error) {
    const why = (error as Error).message.split('\n')[0]
    await writeFile(file, `-- irreversible: no rollback could be proposed (${why})\n`)
  }
}

/** An engine that needs no change keeps step with the other. */
async function writeNothing(engine: Engine, folder: string): Promise<void> {
  const file = (which: string) => path.join(migrationsFolder(engine), folder, which)
  await writeFile(file('migration.sql'), '-- Nothing changes on this engine.\nselect 1;\n')
  await writeFile(file('down.sql'), '-- Nothing changes on this engine.\nselect 1;\n')
}

async function snapshotsAround(engine: Engine, folder: string) {
  const names = (await readMigrations(engine)).map(({ name }) => name)
  const before = await snapshotAfter(engine, names[names.indexOf(folder) - 1])
  return [before, await snapshotAfter(engine, folder)] as const
}
