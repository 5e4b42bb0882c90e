import { type Preparable, prepared, type Reader, type Values } from './database.ts'
import { engine } from './engine.ts'
import { type AnyColumn, given, type SQL, sql } from './sql.ts'

const onSqlite = engine === 'sqlite'

/** The column is one of the ids of `preparedIn`. They are one value: binding a placeholder for each costs more than the rows. */
export function isAmongIds(column: AnyColumn | SQL): SQL {
  const ids = given('ids')
  return onSqlite
    ? sql`${column} in (select value from json_each(${ids}))`
    : sql`${column} = any(${ids}::text::bigint[])`
}

/** A hot query about any number of ids, built once. */
export function preparedIn<Given extends Values, Row>(
  name: string,
  build: (db: Reader) => Preparable<Row[]>,
): (db: Reader, ids: number[], values: Given) => Promise<Row[]> {
  const statement = prepared<Values, Row[]>(name, build)
  return async (db, ids, values) => {
    if (ids.length === 0) return []
    const list = ids.join(',')
    return statement(db, { ...values, ids: onSqlite ? `[${list}]` : `{${list}}` })
  }
}
