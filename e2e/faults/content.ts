/** Everything that a database holds, as texts that can be compared. */
import type { DatabaseConfig } from '../../app/config.ts'
import { rowsOf } from './rows.ts'

/** The rows of each table, in the order of their texts. */
export type Content = Map<string, string[]>
type Columns = Map<string, string[]>

const sqliteColumns = `select m.name as t, i.name as c from sqlite_master m, pragma_table_info(m.name) i
  where m.type = 'table' and m.name not like 'sqlite%' and m.name not like '%drizzle%' and m.name not like '%fts%'`
const postgresColumns = `select table_name as t, column_name as c from information_schema.columns
  where table_schema = 'public' and table_name not like '%fts' order by 1, ordinal_position`

/** Tables of ours with their columns; what is made of other rows for the search, and its own tables, is not compared. */
export async function columnsOf(config: DatabaseConfig): Promise<Columns> {
  const rows = await rowsOf(config, config.engine === 'sqlite' ? sqliteColumns : postgresColumns)
  const columns: Columns = new Map()
  for (const { t, c } of rows) columns.set(String(t), [...(columns.get(String(t)) ?? []), String(c)])
  return columns
}

export async function contentOf(config: DatabaseConfig, columns: Columns): Promise<Content> {
  const content: Content = new Map()
  for (const [table, names] of columns) {
    const list = names.map(name => `"${name}"`).join(', ')
    const rows = await rowsOf(config, `select ${list} from "${table}"`)
    content.set(table, rows.map(row => JSON.stringify(row)).sort())
  }
  return content
}
