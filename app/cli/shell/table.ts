/** Rows as a table: aligned, long values cut, fitted to the terminal. */
import { styleText } from 'node:util'
import { describe } from './redact.ts'
import { type Row, secrets } from './rows.ts'
import type { Terminal } from './terminal.ts'
import { cut, oneLine, widthOf } from './text.ts'

/** Numbers stand to the right and are never cut; moments keep at least their date. */
type Column = {
  name: string
  cells: string[]
  kind: 'number' | 'moment' | 'text'
  width: number
  least: number
}

const widest = 40
const gap = '  '
const date = 'yyyy-mm-dd'.length

/** A line for the names, a rule, a line for each row, and how many there are. */
export function tableOf(rows: Row[], paper: Terminal): string {
  const columns = columnsOf(rows.slice(0, paper.rows))
  const shown = fitted(columns, paper.width)
  const names = shown.map(({ name, width }) => padded(name, { kind: 'text', width }))
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
    const kind = kindOf(rows.map(row => row[name]))
    const cells = rows.map(row => cellOf(name, row[name]))
    const width = Math.max(...[name, ...cells].map(text => Math.min(widthOf(text), widest)))
    const least = Math.min(width, { number: width, moment: date, text: 8 }[kind])
    return { name, cells, kind, width, least }
  })
}

function kindOf(values: unknown[]): Column['kind'] {
  if (values.every(value => typeof value === 'number')) return 'number'
  return values.every(value => value instanceof Date) ? 'moment' : 'text'
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
    const broadest = shown
      .filter(column => column.width > column.least)
      .toSorted((a, b) => b.width - a.width)[0]
    if (broadest) broadest.width--
    else if (shown.length > 1) shown.pop()
    else break
  }
  return shown
}

function lineOf(columns: Column[], index: number): string {
  return columns
    .map(column => padded(column.cells[index] as string, column))
    .join(gap)
    .trimEnd()
}

function padded(text: string, { kind, width }: Pick<Column, 'kind' | 'width'>): string {
  const kept = kind === 'moment' && widthOf(text) > width ? text.slice(0, date) : cut(text, width)
  const space = ' '.repeat(width - widthOf(kept))
  return kind === 'number' ? space + kept : kept + space
}

function ending(count: number, { paper, left }: { paper: Terminal; left: Column[] }): string {
  const rows = `${count} ${count === 1 ? 'row' : 'rows'}`
  const further = count > paper.rows ? `, the first ${paper.rows} shown` : ''
  const hidden = left.length > 0 ? `; no room for ${left.map(({ name }) => name).join(', ')}` : ''
  return `(${rows}${further}${hidden})`
}

function bold(text: string, { colors }: Terminal): string {
  return colors ? styleText('bold', text, { validateStream: false }) : text
}
