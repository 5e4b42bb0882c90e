import Client from 'better-sqlite3'
import postgres from 'postgres'
import type { DatabaseConfig } from '../config.ts'

/** The tables, indexes, triggers and constraints of a database as its engine describes them, in one order. */
export async function schemaDump(config: DatabaseConfig): Promise<string[]> {
  if (config.engine === 'sqlite') {
    const client = new Client(config.file, { readonly: true })
    const described = client
      .prepare(
        `select sql from sqlite_master
         where sql is not null and name not like '\\_\\_drizzle%' escape '\\' order by type, name`,
      )
      .pluck()
      .all()
    client.close()
    return described as string[]
  }
  const client = postgres(config.url, { max: 1, onnotice: () => {} })
  const rows = await client<{ line: string }[]>`
    select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') as line
      from information_schema.columns where table_schema = current_schema()
    union all select indexdef from pg_indexes where schemaname = current_schema()
    union all select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
      from pg_constraint where connamespace = current_schema()::regnamespace
    union all select pg_get_triggerdef(t.oid) from pg_trigger t
      join pg_class c on c.oid = t.tgrelid and c.relnamespace = current_schema()::regnamespace where not tgisinternal
    order by 1`
  await client.end()
  return rows.map(({ line }) => line)
}
