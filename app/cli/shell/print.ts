/** What the shell prints: rows as tables, one row with its fields, errors in one sentence, the rest as Node does. */
import { styleText } from 'node:util'
import { UserError } from '../../config/user-error.ts'
import { root } from '../../config.ts'
import { errorCode } from '../../database/errors.ts'
import { inspectRedacted, isRow, type Row, summaryOf } from './redact.ts'
import { formatCell, formatTable, type Terminal } from './table.ts'
import { oneLine } from './text.ts'

/** The value as the shell prints it. */
export function print(value: unknown, terminal: Terminal): string {
  if (value instanceof Error) return errorSentence(value)
  const changed = changedRows(value)
  if (changed !== undefined) return `(${changed} ${changed === 1 ? 'row' : 'rows'} changed)`
  if (isTableOfRows(value)) return formatTable(value, terminal)
  const inspect = (other: unknown) =>
    inspectRedacted(other, { colors: terminal.colors, breakLength: Math.min(terminal.width, 120) })
  if (!isRow(value)) return inspect(value)
  // A page of a timeline: its rows, then the cursors of the pages beside it.
  const { rows, ...rest } = value
  if (isTableOfRows(rows)) return `${formatTable(rows, terminal)}\n${inspect(rest)}`
  const summary = summaryOf(value)
  if (summary === undefined) return inspect(value)
  const fields = Object.entries(value)
  const width = Math.max(...fields.map(([field]) => field.length))
  const lines = fields.map(([field, cell]) =>
    `  ${field.padEnd(width)}  ${formatCell(field, cell)}`.trimEnd(),
  )
  return [summary, ...lines].join('\n')
}

function isTableOfRows(value: unknown): value is Row[] {
  return Array.isArray(value) && value.length > 0 && value.every(isRow)
}

/** A change without `returning` resolves to the driver's own result object; only its count is of interest. */
function changedRows(value: unknown): number | undefined {
  if (!isRow(value) && !Array.isArray(value)) return undefined
  const { changes, lastInsertRowid, command, count } = Object(value) as Record<string, unknown>
  if (typeof changes === 'number' && lastInsertRowid !== undefined) return changes
  return Array.isArray(value) && value.length === 0 && typeof command === 'string' ? Number(count) : undefined
}

/**
 * The error in one sentence. For a failed statement it is the database's own message, without the SQL and its
 * parameters, which may hold a hash.
 */
export function errorSentence(error: unknown): string {
  if (!(error instanceof Error)) return `this was thrown: ${inspectRedacted(error)}`
  if (error instanceof UserError) return error.message
  if (error.cause instanceof Error && error.message.startsWith('Failed query'))
    return errorSentence(error.cause)
  if (error instanceof AggregateError && !error.message) return error.errors.map(errorSentence).join(', ')
  const { hint } = error as { hint?: unknown }
  const code = errorCode(error)
  const ending = `${code ? ` (${code})` : ''}${typeof hint === 'string' ? ` ${hint}` : ''}`
  return oneLine(`${error.name}: ${error.message}${ending}`)
}

/** The sentence, and below it where in the project the error was thrown, innermost first. */
export function formatError(error: unknown, colors: boolean): string {
  const paint = (style: 'red' | 'dim', text: string) =>
    colors ? styleText(style, text, { validateStream: false }) : text
  const frames = error instanceof Error ? String(error.stack).split('\n') : []
  const places = frames
    .filter(frame => /^\s+at /.test(frame) && frame.includes(`${root}/app/`))
    .filter(frame => !/\/app\/(cli|database)[/.]/.test(frame))
    .slice(0, 3)
    .map(frame => frame.replace('file://', '').replace(`${root}/`, ''))
  return [paint('red', errorSentence(error)), ...places.map(place => paint('dim', place))].join('\n')
}
