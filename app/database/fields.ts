/** The fields of a table: one entry a column, which says where its values are shown. */
import type { AnyColumn } from './sql.ts'

/** Where values are shown or taken along. */
export type Place =
  /** Wherever the row stands: pages and the API. */
  | 'public'
  /** A person's own page, and what the API answers about that one person. */
  | 'profile'
  /** What the API tells a person about themselves. */
  | 'me'
  /** The archive that a person makes of what is theirs. */
  | 'personalExport'
  /** What `npm run export` writes and `npm run import` reads. */
  | 'siteExport'

export type Field = { column: AnyColumn } & ({ shown: readonly Place[] } | { internal: string })
type Fields = Record<string, Field>

type NamesIn<F extends Fields, P extends Place> = {
  [Name in keyof F]: F[Name] extends { shown: readonly (infer Q)[] } ? (P extends Q ? Name : never) : never
}[keyof F]

/** The columns that a place shows, in the order of the fields: to be selected. */
export function columnsIn<F extends Fields, P extends Place>(
  fields: F,
  place: P,
): { [Name in NamesIn<F, P>]: F[Name]['column'] } {
  const shown = Object.entries(fields).filter(([, field]) => 'shown' in field && field.shown.includes(place))
  return Object.fromEntries(shown.map(([name, { column }]) => [name, column])) as never
}

/** The values of these columns alone. */
export function pick<Name extends string, Row extends Record<Name, unknown>>(
  row: Row,
  columns: Record<Name, unknown>,
): Pick<Row, Name> {
  return Object.fromEntries(Object.keys(columns).map(name => [name, row[name as Name]])) as never
}

/** The values of these columns by the columns' names in the database, which files use. */
export function pickByColumn(row: Record<string, unknown>, columns: Record<string, AnyColumn>) {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [column.name, row[name]]))
}
