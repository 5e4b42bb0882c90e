/** A Reader and a Writer made of a Drizzle database: both engines hand out these. */
import { getTableName } from 'drizzle-orm'
import type { PgAsyncDatabase, PgTable } from 'drizzle-orm/pg-core'
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js'
import { memoize } from '../text/memoize.ts'
import type { Change } from './cache-tags.ts'
import { tableConfig } from './columns.ts'
import type { Reader, Writer } from './database.ts'
import { type relations, tables } from './schema.ts'
import { UnsentChanges } from './unsent.ts'

export type Drizzle = PgAsyncDatabase<PostgresJsQueryResultHKT, typeof relations>

/** The Reader's part of a Drizzle database; the methods may be passed around freely. */
export function readerOf(drizzle: Drizzle): Reader {
  return {
    select: drizzle.select.bind(drizzle),
    selectDistinct: drizzle.selectDistinct.bind(drizzle),
    with: drizzle.with.bind(drizzle),
    $with: drizzle.$with,
    $count: drizzle.$count.bind(drizzle),
    query: drizzle.query,
  }
}

/** Runs the work of a transaction with a Writer, and fails if one of its changes was never sent. */
export async function runWork<T>(
  work: (tx: Writer) => Promise<T>,
  drizzle: Drizzle,
  change: Change,
): Promise<T> {
  const unsent = new UnsentChanges()
  const result = await work(writerOf(drizzle, change, unsent))
  unsent.assertNone()
  return result
}

/** A Writer that notes in `change` which tables are written and which cache tags are named. */
function writerOf(drizzle: Drizzle, change: Change, unsent: UnsentChanges): Writer {
  const noting =
    <Table extends PgTable, Begun extends object>(verb: string, begin: (table: Table) => Begun) =>
    (table: Table) => {
      change.wrote(table)
      return unsent.watch(begin(table), `${verb} ${getTableName(table)}`)
    }
  return {
    ...readerOf(drizzle),
    invalidates: (...tags) => change.invalidates(tags),
    insert: noting('insert into', table => drizzle.insert(table)),
    update: noting('update', table => drizzle.update(table)),
    delete: noting('delete from', table => {
      for (const child of dependentsOf(table)) change.wrote(child)
      return drizzle.delete(table)
    }),
  } as Writer
}

/** The tables whose rows a delete takes along, or changes, by their foreign keys. */
const dependentsOf = memoize(
  (table: PgTable): Set<PgTable> => {
    const found = new Set<PgTable>()
    const visit = (parent: PgTable) => {
      for (const child of Object.values(tables)) {
        const { foreignKeys } = tableConfig(child)
        const isChild = foreignKeys.some(key => key.onDelete && key.reference().foreignTable === parent)
        if (!isChild || found.has(child)) continue
        found.add(child)
        visit(child)
      }
    }
    visit(table)
    return found
  },
  table => table,
)
