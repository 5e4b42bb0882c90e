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

type SnapshotFile = Snapshot & { prevIds: string[] }
type SnapshotFiles = { engine: Engine; byName: Record<string, SnapshotFile> }

/** The schema before a migration, which may have several parents, and after it. */
export async function snapshotsAround(engine: Engine, migration: string): Promise<[Snapshot, Snapshot]> {
  const folder = migrationsFolder(engine)
  const names = (await readdir(folder)).filter(name => /^\d{14}_/.test(name))
  const read = async (name: string): Promise<[string, SnapshotFile]> => [
    name,
    JSON.parse(await readFile(path.join(folder, name, 'snapshot.json'), 'utf8')),
  ]
  const files: SnapshotFiles = { engine, byName: Object.fromEntries(await Promise.all(names.map(read))) }
  const after = files.byName[migration] as SnapshotFile
  return [await merged(files, after.prevIds), await wholeSnapshot(files, after.id)]
}

/** PostgreSQL's snapshots are only what changed. */
async function wholeSnapshot({ engine, byName }: SnapshotFiles, id: string): Promise<Snapshot> {
  if (id === empty.id) return empty
  if (engine === 'sqlite') return Object.values(byName).find(file => file.id === id) as Snapshot
  const { reconstruct } = await import('drizzle-kit/payload/postgres')
  return (await reconstruct(byName, id)) as unknown as Snapshot
}

/** What several branches made together: what they came from, with the changes of each. */
async function merged(files: SnapshotFiles, ids: string[]): Promise<Snapshot> {
  const [first = empty.id, ...others] = ids
  const snapshot = await wholeSnapshot(files, first)
  if (others.length === 0) return snapshot
  const ancestors = ids.map(id => ancestorsOf(files, id))
  const common = ancestors[0]?.find(id => ancestors.every(list => list.includes(id))) ?? empty.id
  const base = byKey(await wholeSnapshot(files, common))
  const result = new Map(base)
  for (const id of ids) {
    const branch = byKey(await wholeSnapshot(files, id))
    for (const key of base.keys()) if (!branch.has(key)) result.delete(key)
    for (const [key, entity] of branch)
      if (JSON.stringify(entity) !== JSON.stringify(base.get(key))) result.set(key, entity)
  }
  return { ...snapshot, ddl: [...result.values()] }
}

/** The snapshot itself and all that it comes from, nearest first. */
function ancestorsOf({ byName }: SnapshotFiles, id: string): string[] {
  const found = [id]
  for (const each of found) {
    const { prevIds = [] } = Object.values(byName).find(file => file.id === each) ?? {}
    found.push(...prevIds.filter(parent => !found.includes(parent)))
  }
  return found
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
