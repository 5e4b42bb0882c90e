import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Engine } from '../../config.ts'
import { migrationsFolder } from '../../database/migrations/files.ts'
import type { Hint } from './drizzle-kit.ts'

/** A table, column, index … as drizzle-kit records it. */
export type Entity = { entityType: string; name: string; table?: string; schema?: string } & Record<
  string,
  unknown
>
export type Snapshot = { id: string; ddl: Entity[] }

const empty: Snapshot = { id: '00000000-0000-0000-0000-000000000000', ddl: [] }

/** The schema after a migration; empty before the first. */
export async function snapshotAfter(engine: Engine, migration: string | undefined): Promise<Snapshot> {
  if (migration === undefined) return empty
  const folder = migrationsFolder(engine)
  const names = (await readdir(folder)).filter(name => /^\d{14}_/.test(name))
  const read = async (name: string): Promise<[string, Record<string, unknown>]> => [
    name,
    JSON.parse(await readFile(path.join(folder, name, 'snapshot.json'), 'utf8')),
  ]
  const files = Object.fromEntries(await Promise.all(names.map(read)))
  const snapshot = files[migration]
  if (engine === 'sqlite') return snapshot as unknown as Snapshot
  const { reconstruct } = await import('drizzle-kit/payload/postgres')
  return (await reconstruct(files, (snapshot as unknown as Snapshot).id)) as unknown as Snapshot
}

/**
 * The SQL that leads from one snapshot to another. With the two swapped it is the way back: drizzle-kit does not
 * document that use, so a person reviews the result.
 */
export async function sqlBetween(
  engine: Engine,
  [from, to]: [Snapshot, Snapshot],
  hints: Hint[],
): Promise<string[]> {
  const { generateMigration } =
    engine === 'sqlite'
      ? await import('drizzle-kit/payload/sqlite')
      : await import('drizzle-kit/payload/postgres')
  return generateMigration(from as never, to as never, { hints: hints as never })
}

const labels: Record<string, string> = {
  tables: 'table',
  columns: 'column',
  indexes: 'index',
  fks: 'foreign key',
  pks: 'primary key',
  uniques: 'unique constraint',
  checks: 'check',
  views: 'view',
}

/** What changed from one snapshot to another, a line each: "added column posts.mood". */
export function changesBetween(from: Snapshot, to: Snapshot, hints: Hint[]): string[] {
  const [before, after] = [byKey(from), byKey(to)]
  const renames = hints.flatMap(hint =>
    hint.type === 'rename' ? [`renamed ${hint.kind} ${nameOf(hint.from)} to ${nameOf(hint.to)}`] : [],
  )
  const isRenamed = (entity: Entity) => renames.some(line => line.split(' ').includes(labelOf(entity)))
  const added = [...after].filter(([key]) => !before.has(key)).map(([, entity]) => ['added', entity] as const)
  const removed = [...before]
    .filter(([key]) => !after.has(key))
    .map(([, entity]) => ['removed', entity] as const)
  const changed = [...after].filter(
    ([key, entity]) => before.has(key) && JSON.stringify(before.get(key)) !== JSON.stringify(entity),
  )
  const lines = [...added, ...removed, ...changed.map(([, entity]) => ['changed', entity] as const)]
  return [
    ...renames,
    ...lines
      .filter(([, entity]) => isReported(entity, lines) && !isRenamed(entity))
      .map(
        ([verb, entity]) => `${verb} ${labels[entity.entityType] ?? entity.entityType} ${labelOf(entity)}`,
      ),
  ]
}

/** Columns and keys of a table that is itself added or removed are not listed. */
function isReported(entity: Entity, lines: (readonly [string, Entity])[]): boolean {
  const wholeTable = lines.some(
    ([verb, { entityType, name }]) => verb !== 'changed' && entityType === 'tables' && name === entity.table,
  )
  return !wholeTable || entity.entityType === 'indexes'
}

function byKey({ ddl }: Snapshot): Map<string, Entity> {
  return new Map(ddl.map(entity => [`${entity.entityType} ${entity.table ?? ''} ${entity.name}`, entity]))
}

function labelOf({ entityType, table, name }: Entity): string {
  return entityType === 'columns' ? `${table}.${name}` : name
}

function nameOf([, ...names]: string[]): string {
  return names.join('.')
}
