import { type Preparable, prepared, type Reader, type Values } from './database.ts'
import { sql } from './sql.ts'

/** How many ids a statement is asked about at a time. */
const chunk = 250
const names = Array.from({ length: chunk }, (_, index) => `id${index}`)

/** The ids, for `inArray` in a query of `preparedIn`. */
export const idsPlaceholder = names.map(name => sql.placeholder(name))

/** A hot query about any number of ids: built once, asked in chunks, the last of them filled up with its last id. */
export function preparedIn<Given extends Values, Row>(
  name: string,
  build: (db: Reader) => Preparable<Row[]>,
): (db: Reader, ids: number[], values: Given) => Promise<Row[]> {
  const statement = prepared<Values, Row[]>(name, build)
  return async (db, ids, values) => {
    const rows: Row[] = []
    for (let start = 0; start < ids.length; start += chunk) {
      const some = ids.slice(start, start + chunk)
      const given = names.map((name, index) => [name, some[Math.min(index, some.length - 1)]])
      rows.push(...(await statement(db, { ...values, ...Object.fromEntries(given) })))
    }
    return rows
  }
}
