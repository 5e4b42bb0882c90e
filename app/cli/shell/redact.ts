/** Values as a developer wants to see them: rows in brief, queries as their SQL, hashes not at all. */
import { type InspectOptions, inspect } from 'node:util'
import { briefOf, isRow, type Row, secrets } from './rows.ts'
import { cut, oneLine } from './text.ts'

/** How many levels of objects are shown. */
const depth = 4

/** The value in words, on one line or more. */
export function describe(value: unknown, options: InspectOptions = {}): string {
  return inspect(redact(value), { depth, ...options })
}

/** A copy of the value that may be printed by whatever means, down to the level that is shown. */
export function redact(value: unknown, levels = depth + 1): unknown {
  if (typeof value === 'string') return value.startsWith('$argon2') ? spoken('…') : value
  if (typeof value !== 'object' || value === null || levels === 0) return value
  const words = isRow(value) ? briefOf(value) : nameOf(value)
  return words === undefined ? withLegibleParts(value, part => redact(part, levels - 1)) : spoken(words)
}

function withLegibleParts(value: object, part: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(part)
  if (value instanceof Set) return new Set([...value].map(part))
  if (value instanceof Map) return new Map([...value].map(([key, held]) => [part(key), part(held)]))
  return isRow(value) && !(inspect.custom in value) ? withoutSecrets(value, part) : value
}

/** The row with `part` of each of its values. */
function withoutSecrets(row: Row, part: (value: unknown) => unknown): Row {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, secrets.has(field) ? spoken('…') : part(value)]),
  )
}

/** Something that prints as these words, without quotes. */
function spoken(words: string): object {
  return { [inspect.custom]: () => words }
}

/** Drizzle marks its classes with their kind, and its tables with their name. */
const marks = { kind: Symbol.for('drizzle:entityKind'), table: Symbol.for('drizzle:Name') }
type Drizzled = {
  [name: symbol]: unknown
  name?: string
  table?: Drizzled
  toSQL?(): { sql: string }
  build?(): { sql: string }
}

/** Tables, columns and queries are machines of hundreds of lines. */
function nameOf(value: object): string | undefined {
  if (value instanceof Promise) return '<Promise: put await before it>'
  const kind = (value.constructor as unknown as Drizzled | undefined)?.[marks.kind]
  if (typeof kind !== 'string') return undefined
  const drizzled = value as Drizzled
  if (isTable(value)) return `<Table ${tableName(drizzled)}: ${Object.keys(drizzled).join(', ')}>`
  if ('getSQLType' in value && drizzled.table) return `<Column ${tableName(drizzled.table)}.${drizzled.name}>`
  if ('then' in value) return `<Query ${statementOf(drizzled)}: put await before it>`
  return `<${kind}>`
}

/** The statement that awaiting the query would run. */
function statementOf(query: Drizzled): string {
  const { sql = '' } = query.toSQL?.() ?? query.build?.() ?? {}
  return cut(oneLine(sql), 500)
}

export function isTable(value: unknown): boolean {
  return marks.table in Object(value)
}

function tableName(table: Drizzled): string {
  return String(table[marks.table])
}
