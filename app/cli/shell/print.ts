/** What the shell prints for a value: rows as tables, one row with its fields, the rest as Node does. */
import { sentenceOf } from './format-error.ts'
import { describe } from './redact.ts'
import { briefOf, isRow, type Row } from './rows.ts'
import { cellOf, tableOf } from './table.ts'
import type { Terminal } from './terminal.ts'

/** The value as the shell answers with it. */
export function print(value: unknown, paper: Terminal): string {
  if (value instanceof Error) return sentenceOf(value)
  const changed = changesOf(value)
  if (changed !== undefined) return `(${changed} ${changed === 1 ? 'row' : 'rows'} changed)`
  if (isTableOfRows(value)) return tableOf(value, paper)
  if (isRow(value) && isTableOfRows(value['rows'])) return pageOf(value, paper)
  const brief = isRow(value) ? briefOf(value) : undefined
  return brief === undefined ? anythingElse(value, paper) : `${brief}\n${fieldsOf(value as Row)}`
}

function isTableOfRows(value: unknown): value is Row[] {
  return Array.isArray(value) && value.length > 0 && value.every(isRow)
}

/** A page of a timeline: its rows, then where the pages beside it begin. */
function pageOf({ rows, ...rest }: Row, paper: Terminal): string {
  return `${tableOf(rows as Row[], paper)}\n${anythingElse(rest, paper)}`
}

function fieldsOf(row: Row): string {
  const fields = Object.entries(row)
  const width = Math.max(...fields.map(([field]) => field.length))
  return fields
    .map(([field, value]) => `  ${field.padEnd(width)}  ${cellOf(field, value)}`.trimEnd())
    .join('\n')
}

/** A change without `returning` answers with the drivers' own objects, which say more than anybody asked. */
function changesOf(value: unknown): number | undefined {
  const { changes, lastInsertRowid, command, count } = Object(value) as Record<string, unknown>
  if (typeof changes === 'number' && lastInsertRowid !== undefined) return changes
  return Array.isArray(value) && value.length === 0 && typeof command === 'string' ? Number(count) : undefined
}

function anythingElse(value: unknown, { colors, width }: Terminal): string {
  return describe(value, { colors, breakLength: Math.min(width, 120) })
}
