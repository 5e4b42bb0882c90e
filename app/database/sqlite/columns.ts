/** What each word of columns.ts is on SQLite. */
import * as lite from 'drizzle-orm/sqlite-core'

export const sqlite = {
  table: lite.sqliteTable,
  index: lite.index,
  uniqueIndex: lite.uniqueIndex,
  primaryKey: lite.primaryKey,
  check: lite.check,
  tableConfig: lite.getTableConfig,
  id: (name = '') => lite.integer(name).primaryKey({ autoIncrement: true }),
  reference: (name = '') => lite.integer(name),
  integer: (name = '') => lite.integer(name),
  text: (name = '') => lite.text(name),
  time: (name = '') => lite.integer(name, { mode: 'timestamp_ms' }),
  flag: (name = '') => lite.integer(name, { mode: 'boolean' }),
  json: (name = '') => lite.text(name, { mode: 'json' }),
  bytes: (name = '') => lite.blob(name, { mode: 'buffer' }),
}
