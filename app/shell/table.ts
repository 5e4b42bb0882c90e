/** Rows as a table: aligned, long values cut, fitted to the terminal. */
import { styleText } from 'node:util'
import { describe } from './legible.ts'
import { type Row, secrets } from './rows.ts'
import { cut, oneLine, widthOf } from './text.ts'

/** Colours or none, the cells of a line, and how many rows are worth printing. */
export type Paper = { colors: boolean; width: number; rows: number }
type Column = { name: string; cells: string[]; width: number; numeric: boolean }

const widest = 40
const narrowest = 8
const gap = '  '

/** A line for the names, a rule, a line for each row, and how many there are. */
export function tableOf(rows: Row[], paper: Paper): string {
  const columns = columnsOf(rows.slice(0, paper.rows))
  const shown = fitted(columns, paper.width)
  const names = shown.map(({ name, width }) => padded(name, width, false))
  const lines = rows.slice(0, paper.rows).map((_, index) => lineOf(shown, index))
  return [
    bold(names.join(gap).trimEnd(), paper),
    shown.map(({ width }) => '─'.repeat(width)).join(gap),
    ...lines,
    ending(rows.length, { paper, left: columns.slice(shown.length) }),
  ].join('\n')
}

function columnsOf(rows: Row[]): Column[] {
  const names = new Set(rows.flatMap(row => Object.keys(row)))
  return [...names].map(name => {
    const cells = rows.map(row => cellOf(name, row[name]))
    const width = Math.max(...[name, ...cells].map(text => Math.min(widthOf(text), widest)))
    return { name, cells, width, numeric: rows.every(row => typeof row[name] === 'number') }
  })
}

/** A value on one line; moments to the minute, in UTC. */
export function cellOf(field: string, value: unknown): string {
  if (value === undefined) return ''
  if (secrets.has(field)) return '…'
  if (value instanceof Date && !Number.isNaN(value.getTime()))
    return value.toISOString().slice(0, 16).replace('T', ' ')
  const isPlainText = typeof value === 'string' && !value.startsWith('$argon2')
  return oneLine(isPlainText ? value : describe(value, { breakLength: Infinity }))
}

/** Takes from the widest column until the line fits; what then is too much is left out from the right. */
function fitted(columns: Column[], width: number): Column[] {
  const shown = columns.map(column => ({ ...column }))
  const total = () => shown.reduce((sum, column) => sum + column.width + gap.length, -gap.length)
  while (total() > width) {
    const broadest = shown.reduce((a, b) => (b.width > a.width ? b : a))
    if (broadest.width > narrowest) broadest.width--
    else if (shown.length > 1) shown.pop()
    else break
  }
  return shown
}

function lineOf(columns: Column[], index: number): string {
  return columns
    .map(({ cells, width, numeric }) => padded(cells[index] as string, width, numeric))
    .join(gap)
    .trimEnd()
}

function padded(text: string, width: number, toTheRight: boolean): string {
  const kept = cut(text, width)
  const space = ' '.repeat(width - widthOf(kept))
  return toTheRight ? space + kept : kept + space
}

function ending(count: number, { paper, left }: { paper: Paper; left: Column[] }): string {
  const rows = `${count} ${count === 1 ? 'row' : 'rows'}`
  const further = count > paper.rows ? `, the first ${paper.rows} shown` : ''
  const hidden = left.length > 0 ? `; no room for ${left.map(({ name }) => name).join(', ')}` : ''
  return `(${rows}${further}${hidden})`
}

function bold(text: string, { colors }: Paper): string {
  return colors ? styleText('bold', text, { validateStream: false }) : text
}
