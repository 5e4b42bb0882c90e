/** Rows of each table, and values (not null) of each of its columns. */
export type RowCounts = Map<string, { rows: number; values: Map<string, number> }>
/** Something that was in the database and is not any more. */
export type Loss = { table: string; column: string | null; count: number; description: string }

/**
 * What a change of the schema took away: tables that had rows, rows, and columns that had values. What the
 * statements only renamed is not lost.
 */
export function dataLossBetween(before: RowCounts, after: RowCounts, statements: string[]): Loss[] {
  const renamed = renamesIn(statements)
  return [...before].flatMap(([table, { rows, values }]) => {
    const left = after.get(renamed.get(table) ?? table)
    if (!left)
      return rows > 0
        ? [{ table, column: null, count: rows, description: `table ${table} with ${counted(rows)}` }]
        : []
    const gone = rows - left.rows
    const rowLoss =
      gone > 0 ? [{ table, column: null, count: gone, description: `${counted(gone)} of ${table}` }] : []
    const kept = (column: string) =>
      left.values.has(column) || left.values.has(renamed.get(`${table}.${column}`) ?? column)
    const columns = [...values].filter(([column, count]) => count > 0 && !kept(column))
    const columnLosses = columns.map(([column, count]) => {
      const description = `column ${table}.${column} with ${count === 1 ? '1 value' : `${count} values`}`
      return { table, column, count, description }
    })
    return [...rowLoss, ...columnLosses]
  })
}

function counted(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`
}

/** Old names to new ones: tables as `notes`, columns as `posts.text`. */
function renamesIn(statements: string[]): Map<string, string> {
  const rename =
    /alter table\s+["`]?(\w+)["`]?\s+rename\s+(?:column\s+["`]?(\w+)["`]?\s+)?to\s+["`]?(\w+)["`]?/gi
  const found = statements.flatMap(statement => [...statement.matchAll(rename)])
  return new Map(
    found.map(([, table, column, to]) => [column ? `${table}.${column}` : String(table), String(to)]),
  )
}
