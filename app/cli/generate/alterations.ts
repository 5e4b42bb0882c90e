/**
 * What the engines can do to a table in place, and drizzle-kit does by rebuilding it or not at all: NOT NULL and checks
 * on SQLite (since 3.53), and a NOT NULL column without a default on both.
 */
import type { Engine } from '../../config.ts'
import type { Hint } from './drizzle-kit.ts'
import type { Entity, Snapshot } from './snapshots.ts'

/** Statements to run before and after those of drizzle-kit, which lead from `from` to `to`. */
export type Alterations = { first: string[]; from: Snapshot; to: Snapshot; last: string[] }

/** Takes out of a change what can be done in place. */
export function alterationsBetween(
  engine: Engine,
  [from, to]: [Snapshot, Snapshot],
  hints: Hint[],
): Alterations {
  const plan: Alterations = { first: [], from, to, last: [] }
  if (engine === 'sqlite') {
    alterChecks(plan)
    alterNullability(plan)
  }
  fillAddedColumns(engine, plan, hints)
  return plan
}

/** A check that goes is dropped first, one that comes is added last; one that changes does both. */
function alterChecks(plan: Alterations): void {
  const { from, to } = plan
  const changed = (one: Snapshot, other: Snapshot) =>
    entitiesOf(one, 'checks').filter(
      check => hasTable(other, check) && counterpart(other, check)?.['value'] !== check['value'],
    )
  const [leaving, coming] = [changed(from, to), changed(to, from)]
  plan.first.push(
    ...leaving.map(({ table, name }) => `ALTER TABLE \`${table}\` DROP CONSTRAINT \`${name}\`;`),
  )
  plan.last.push(
    ...coming.map(
      ({ table, name, value }) =>
        `ALTER TABLE \`${table}\` ADD CONSTRAINT \`${name}\` CHECK (${String(value)});`,
    ),
  )
  plan.from = without(from, leaving)
  plan.to = without(to, coming)
}

/** A column may become null first, and must not be null last. */
function alterNullability(plan: Alterations): void {
  const keys = new Set(
    plan.to.ddl
      .filter(({ entityType }) => entityType === 'pks')
      .flatMap(({ table, columns }) => (columns as string[]).map(column => `${table}.${column}`)),
  )
  const relaxed: Entity[] = []
  for (const column of entitiesOf(plan.to, 'columns')) {
    const former = counterpart(plan.from, column)
    if (!former || former['notNull'] === column['notNull'] || keys.has(`${column.table}.${column.name}`))
      continue
    const [statements, verb] = column['notNull']
      ? ([plan.last, 'SET'] as const)
      : ([plan.first, 'DROP'] as const)
    statements.push(`ALTER TABLE \`${column.table}\` ALTER COLUMN \`${column.name}\` ${verb} NOT NULL;`)
    relaxed.push(column)
  }
  plan.from = nullable(plan.from, relaxed)
  plan.to = nullable(plan.to, relaxed)
}

/** Rows get a value before the column demands one. */
function fillAddedColumns(engine: Engine, plan: Alterations, hints: Hint[]): void {
  const added = unfillableColumns([plan.from, plan.to], hints)
  for (const { table, name, type } of added) {
    const [quotedTable, column] = [`"${table}"`, `"${name}"`]
    const isReference = plan.to.ddl.some(
      ({ entityType, table: owner, columns }) =>
        entityType === 'fks' && owner === table && (columns as string[]).includes(name),
    )
    // No row is a safe one to refer to: this way works only while the table is empty.
    if (!isReference)
      plan.last.push(
        `-- The values are gone: review what the rows get instead.\nUPDATE ${quotedTable} SET ${column} = ${fillerOf(engine, String(type))};`,
      )
    plan.last.push(`ALTER TABLE ${quotedTable} ALTER COLUMN ${column} SET NOT NULL;`)
  }
  plan.to = nullable(plan.to, added)
}

/** The columns that a change adds to a table that is there, NOT NULL and without a default. */
export function unfillableColumns([before, after]: [Snapshot, Snapshot], hints: Hint[]): Entity[] {
  const renamed = new Set(hints.flatMap(hint => (hint.type === 'rename' ? hint.to.slice(-2).join('.') : [])))
  return entitiesOf(after, 'columns').filter(
    column =>
      !renamed.has(`${column.table}.${column.name}`) &&
      column['notNull'] === true &&
      (column['default'] ?? null) === null &&
      (column['generated'] ?? column['identity'] ?? null) === null &&
      hasTable(before, column) &&
      !counterpart(before, column),
  )
}

function fillerOf(engine: Engine, type: string): string {
  if (/^(integer|bigint|numeric|real)/.test(type)) return '0'
  if (type.startsWith('timestamp')) return 'to_timestamp(0)'
  if (type === 'boolean') return 'false'
  if (type.startsWith('json')) return `'null'`
  return engine === 'sqlite' && type === 'blob' ? `x''` : `''`
}

function entitiesOf({ ddl }: Snapshot, type: string): Entity[] {
  return ddl.filter(({ entityType }) => entityType === type)
}

function hasTable({ ddl }: Snapshot, { table }: Entity): boolean {
  return ddl.some(({ entityType, name }) => entityType === 'tables' && name === table)
}

function isSame(one: Entity, other: Entity): boolean {
  return one.entityType === other.entityType && one.table === other.table && one.name === other.name
}

function counterpart({ ddl }: Snapshot, entity: Entity): Entity | undefined {
  return ddl.find(other => isSame(other, entity))
}

function without(snapshot: Snapshot, entities: Entity[]): Snapshot {
  return { ...snapshot, ddl: snapshot.ddl.filter(entity => !entities.some(other => isSame(entity, other))) }
}

function nullable(snapshot: Snapshot, columns: Entity[]): Snapshot {
  const ddl = snapshot.ddl.map(entity =>
    columns.some(column => isSame(entity, column)) ? { ...entity, notNull: false } : entity,
  )
  return { ...snapshot, ddl }
}
