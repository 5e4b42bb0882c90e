import { type Applied, type Migration, type MigrationConnection, statementsOf } from './migrations.ts'
import { connect, type PostgresConfig } from './postgres.ts'

/** Any number will do, as long as all processes use the same one: the first eight letters of "microblog". */
const lockKey = '7883953408476112751'

/**
 * One connection, whose advisory lock makes processes that start at the same moment take turns.
 * The lock goes with the connection, so a process that dies leaves none behind.
 */
export function postgresMigrations(config: PostgresConfig): MigrationConnection {
  const client = connect(config, 1)
  const change = async (statements: string[], record: (sql: typeof client) => PromiseLike<unknown>) => {
    await client.begin(async transaction => {
      await transaction.unsafe('set local statement_timeout = 0')
      for (const statement of statements) await transaction.unsafe(statement)
      await record(transaction as unknown as typeof client)
    })
  }
  return {
    exclusively: async work => {
      await client.unsafe(`set statement_timeout = 0`)
      await client.unsafe(`select pg_advisory_lock(${lockKey})`)
      await client.unsafe(`create schema if not exists drizzle`)
      await client.unsafe(`create table if not exists drizzle.__drizzle_migrations (
        id serial primary key, hash text not null, created_at bigint, name text,
        applied_at timestamptz default now())`)
      return work()
    },
    applied: async () => [
      ...(await client<Applied[]>`select name, hash from drizzle.__drizzle_migrations order by id`),
    ],
    apply: ({ sql, hash, folderMillis, name }: Migration) =>
      change(
        statementsOf(sql),
        tx =>
          tx`insert into drizzle.__drizzle_migrations (hash, created_at, name) values (${hash}, ${folderMillis}, ${name})`,
      ),
    revert: ({ down, name }: Migration) =>
      change(
        statementsOf(down as string),
        tx => tx`delete from drizzle.__drizzle_migrations where name = ${name}`,
      ),
    close: () => client.end({ timeout: 5 }),
  }
}
