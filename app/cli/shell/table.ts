/** Rows as a table: aligned, long values truncated, fitted to the terminal. */
import { styleText } from 'node:util'
import { inspectRedacted, type Row, secretFields } from './redact.ts'
import { oneLine, truncate, widthOf } from './text.ts'

/** Colors or none, the cells of a line, and how many rows are printed. */
export type Terminal = { colors: boolean; width: number; rows: number }

/** Numbers are aligned to the right and never truncated; timestamps keep at least their date. */
type Column = {
  name: string
  cells: string[]
  kind: 'number' | 'timestamp' | 'text'
  width: number
  minWidth: number
}

const maxWidth = 40
const gap = '  '
const dateWidth = 'yyyy-mm-dd'.length

/** A line of names, a rule, a line for each row, and how many there are. */
export function formatTable(rows: Row[], terminal: Terminal): string {
  const printed = rows.slice(0, terminal.rows)
  const columns = columnsOf(printed)
  const fitting = fit(columns, terminal.width)
  const header = fitting
    .map(({ name, width }) => pad(name, { kind: 'text', width }))
    .join(gap)
    .trimEnd()
  const lines = printed.map((_, index) =>
    fitting
      .map(column => pad(column.cells[index] as string, column))
      .join(gap)
      .trimEnd(),
  )
  const more = rows.length > terminal.rows ? `, the first ${terminal.rows} shown` : ''
  const hidden = columns.slice(fitting.length).map(({ name }) => name)
  const noRoom = hidden.length > 0 ? `; no room for ${hidden.join(', ')}` : ''
  return [
    terminal.colors ? styleText('bold', header, { validateStream: false }) : header,
    fitting.map(({ width }) => '─'.repeat(width)).join(gap),
    ...lines,
    `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'}${more}${noRoom})`,
  ].join('\n')
}

function columnsOf(rows: Row[]): Column[] {
  const names = new Set(rows.flatMap(row => Object.keys(row)))
  return [...names].map(name => {
    const values = rows.map(row => row[name])
    const isTimestamps = values.every(value => value instanceof Date)
    const isNumbers = values.every(value => typeof value === 'number')
    const kind: Column['kind'] = isNumbers ? 'number' : isTimestamps ? 'timestamp' : 'text'
    const cells = rows.map(row => formatCell(name, row[name]))
    const width = Math.max(...[name, ...cells].map(text => Math.min(widthOf(text), maxWidth)))
    const minWidth = Math.min(width, { number: width, timestamp: dateWidth, text: 8 }[kind])
    return { name, cells, kind, width, minWidth }
  })
}

/** A value on one line; timestamps to the minute, in UTC. */
export function formatCell(field: string, value: unknown): string {
  if (value === undefined) return ''
  if (secretFields.has(field)) return '…'
  if (value instanceof Date && !Number.isNaN(value.getTime()))
    return value.toISOString().slice(0, 16).replace('T', ' ')
  const isPlainText = typeof value === 'string' && !value.startsWith('$argon2')
  return oneLine(isPlainText ? value : inspectRedacted(value, { breakLength: Infinity }))
}

/** Narrows the widest column until the line fits; columns that still do not fit are left out from the right. */
function fit(columns: Column[], width: number): Column[] {
  const fitting = columns.map(column => ({ ...column }))
  const total = () => fitting.reduce((sum, column) => sum + column.width + gap.length, -gap.length)
  while (total() > width) {
    const widest = fitting
      .filter(column => column.width > column.minWidth)
      .toSorted((a, b) => b.width - a.width)[0]
    if (widest) widest.width--
    else if (fitting.length > 1) fitting.pop()
    else break
  }
  return fitting
}

function pad(text: string, { kind, width }: Pick<Column, 'kind' | 'width'>): string {
  const kept =
    kind === 'timestamp' && widthOf(text) > width ? text.slice(0, dateWidth) : truncate(text, width)
  const space = ' '.repeat(width - widthOf(kept))
  return kind === 'number' ? space + kept : kept + space
}
