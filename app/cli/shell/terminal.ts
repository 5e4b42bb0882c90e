import type { REPLServer } from 'node:repl'

/** What is printed on: colours or none, the cells of a line, and how many rows are worth printing. */
export type Terminal = { colors: boolean; width: number; rows: number }

/** A person at a terminal sees a window full; a file or a pipe gets everything. */
export function terminalFor({ terminal, output, useColors: colors }: REPLServer): Terminal {
  const { columns = 80 } = output as { columns?: number }
  return terminal ? { colors, width: columns, rows: 100 } : { colors, width: Infinity, rows: Infinity }
}
