/** A Reader and a Writer made of a Drizzle database: both engines hand out these. */
import type { PgAsyncDatabase, PgTable } from 'drizzle-orm/pg-core'
import type { PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js'
import type { Change } from './cache-tags.ts'
import type { Reader, Writer } from './database.ts'
import type { relations } from './schema.ts'

type Drizzle = PgAsyncDatabase<PostgresJsQueryResultHKT, typeof relations>

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

/** A Writer that notes in `change` which tables are written and which cache tags are named. */
export function writerOf(drizzle: Drizzle, change: Change): Writer {
  const noting =
    <Table extends PgTable, Begun>(begin: (table: Table) => Begun) =>
    (table: Table) => {
      change.wrote(table)
      return begin(table)
    }
  return {
    ...readerOf(drizzle),
    invalidates: (...tags) => change.invalidates(tags),
    insert: noting(table => drizzle.insert(table)),
    update: noting(table => drizzle.update(table)),
    delete: noting(table => drizzle.delete(table)),
  } as Writer
}
