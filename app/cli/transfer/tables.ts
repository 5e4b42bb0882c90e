/** Every table of the schema as rows that mean the same on both engines. */
import { UserError } from '../../config/user-error.ts'
import { tableConfig } from '../../database/columns.ts'
import { getColumns } from '../../database/consistent-read.ts'
import type { Reader, Writer } from '../../database/database.ts'
import { tables } from '../../database/schema.ts'
import { asc, type SQL, sql } from '../../database/sql.ts'

/** Locks belong to the processes that run, not to the site. */
const { locks: _, ...moved } = tables
type Moved = typeof moved
export type TableName = Moved[keyof Moved]['_']['name']
type Table = Moved['users']
type Column = Table['id']
type Row = Record<string, unknown>
/** `key` are the names of the columns by which its rows are ordered. */
type TableInfo = { table: Table; columns: Record<string, Column>; key: string[] }

/** By their names in the database, parents first. All are treated alike here, which their types cannot say. */
const infos = Object.fromEntries(
  parentsFirst(Object.values(moved) as unknown as Table[]).map(table => {
    const { name, primaryKeys } = tableConfig(table)
    const columns = getColumns(table) as unknown as Record<string, Column>
    const composite = primaryKeys[0]?.columns.map(({ name }) => name)
    const isKey = ([, { name, primary }]: [string, Column]) => composite?.includes(name) ?? primary
    const key = Object.entries(columns).filter(isKey)
    return [name, { table, columns, key: key.map(([name]) => name) }]
  }),
) as Record<TableName, TableInfo>

/** Tables in an order in which each row finds the rows that it refers to. */
function parentsFirst(tables: Table[]): Table[] {
  const visited = new Set<Table>()
  const ordered: Table[] = []
  const visit = (table: Table) => {
    if (visited.has(table)) return
    visited.add(table)
    for (const key of tableConfig(table).foreignKeys) visit(key.reference().foreignTable as Table)
    ordered.push(table)
  }
  for (const table of tables) visit(table)
  return ordered
}

export const tableNames = Object.keys(infos) as TableName[]

export function isTableName(name: unknown): name is TableName {
  return tableNames.includes(name as TableName)
}

/** The tables that number their rows. */
export const tablesWithIds = tableNames.filter(name => 'id' in infos[name].columns)

const pageSize = 1_000

/**
 * The canonical text of each row of a table, a page at a time, in key order. The two engines order text
 * differently, so rows with the same first part of the key are collected and sorted here.
 */
export async function* linesOf(db: Reader, name: TableName): AsyncGenerator<string[]> {
  const { key } = infos[name]
  const first = key[0] as string
  let waiting: Row[] = []
  for await (const page of pagesOf(db, infos[name])) {
    const last = page.length < pageSize ? undefined : page.at(-1)?.[first]
    const rows = waiting.concat(page)
    const end = last === undefined ? rows.length : rows.findIndex(row => row[first] === last)
    waiting = rows.slice(end)
    yield rows
      .slice(0, end)
      .toSorted(byKey(key))
      .map(row => lineOf(name, row))
  }
}

async function* pagesOf(db: Reader, { table, columns, key }: TableInfo): AsyncGenerator<Row[]> {
  const parts = key.map(name => columns[name] as Column)
  const order = parts.map(column => asc(column))
  let beyond: SQL | undefined
  for (;;) {
    const page: Row[] = await db
      .select()
      .from(table)
      .where(beyond)
      .orderBy(...order)
      .limit(pageSize)
    yield page
    const last = page.at(-1)
    if (page.length < pageSize || !last) return
    const place = key.map((name, part) => sql.param(last[name], parts[part] as Column))
    beyond = sql`(${sql.join(parts, sql`, `)}) > (${sql.join(place, sql`, `)})`
  }
}

function byKey(key: string[]): (a: Row, b: Row) => number {
  return (a, b) => {
    const part = key.find(name => a[name] !== b[name])
    return part === undefined ? 0 : (a[part] as number) < (b[part] as number) ? -1 : 1
  }
}

/** Columns in the schema's order, by their names in the database; the keys of JSON values in order, bytes in base64. */
function lineOf(name: TableName, row: Row): string {
  const columns = Object.entries(infos[name].columns)
  const values = Object.fromEntries(columns.map(([key, column]) => [column.name, canonicalValue(row[key])]))
  return JSON.stringify({ table: name, row: values })
}

/** PostgreSQL's jsonb keeps keys in an order of its own. */
function canonicalValue(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64')
  if (Array.isArray(value)) return value.map(canonicalValue)
  if (!value || typeof value !== 'object' || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, canonicalValue(part)]),
  )
}

/**
 * Turns the row of such a text into values that can be inserted.
 * @throws UserError when it has a column that the table lacks
 */
export function parseRow(name: TableName, values: Row): Row {
  const columns = Object.entries(infos[name].columns)
  const unknown = Object.keys(values).find(key => !columns.some(([, column]) => column.name === key))
  if (unknown) throw new UserError(`${name} has no column ${unknown}`)
  const given = columns.filter(([, column]) => column.name in values)
  return Object.fromEntries(given.map(([key, column]) => [key, valueOf(column, values[column.name])]))
}

function valueOf({ dataType }: { dataType: string }, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (dataType === 'object date') return new Date(value)
  return dataType === 'object buffer' ? Buffer.from(value, 'base64') : value
}

/** SQLite takes 32,766 parameters a statement. */
export async function insertRows(tx: Writer, name: TableName, rows: Row[]): Promise<void> {
  if (rows.length > 0) await tx.insert(infos[name].table).values(rows as Table['$inferInsert'][])
}

export async function isEmpty(db: Reader): Promise<boolean> {
  for (const name of tableNames) {
    const rows = await db.select({ one: sql`1` }).from(infos[name].table).limit(1)
    if (rows.length > 0) return false
  }
  return true
}

/** Deletes every row, children first. */
export async function deleteRows(tx: Writer): Promise<void> {
  for (const name of tableNames.toReversed()) await tx.delete(infos[name].table)
}
