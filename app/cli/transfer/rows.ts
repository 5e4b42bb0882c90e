/**
 * The format of `npm run import` and `npm run export`, written for people:
 *
 *     { "users":   [{ "id": 1, "username": "susan", "email": "susan@example.com" }],
 *       "posts":   [{ "id": 1, "username": "susan", "body": "Hello @john", "created_at": "2026-11-20T16:00:00Z" }],
 *       "follows": [{ "follower": "susan", "followed": "john" }] }
 *
 * or a bare list of users, or a row a line (NDJSON): a user, or anything else that says so with "table":
 * `{"table":"follows","follower":"susan","followed":"john"}`. A user may hold their own posts. Names of fields
 * may be camelCase. All three may be packed by gzip.
 */

import { UserError } from '../../config/user-error.ts'
import { documentRows } from './document.ts'
import { readBytes } from './files.ts'
import { type Line, linesIn } from './lines.ts'

export const kinds = ['users', 'posts', 'follows'] as const
export type Kind = (typeof kinds)[number]

export function isKind(name: unknown): name is Kind {
  return kinds.includes(name as Kind)
}

/** A row as it was found; `kind` and `value` are still to be validated. `place` is where a person finds it. */
export type RawRow = { kind: string; place: string; value: unknown; trouble?: string }

/** The rows of a file, as many at a time as have arrived. */
export async function* rowsIn(file: string, onBytes?: (count: number) => void): AsyncGenerator<RawRow[]> {
  const shape = await shapeOf(file)
  const bytes = readBytes(file, onBytes)
  if (shape !== 'lines') return yield* documentRows(bytes, shape === 'list')
  for await (const lines of linesIn(bytes)) yield lines.map(rowOfLine)
}

/** By its name or, failing that, its first words. */
async function shapeOf(file: string): Promise<'list' | 'document' | 'lines'> {
  if (/\.(ndjson|jsonl)(\.gz)?$/.test(file)) return 'lines'
  const start = await startOf(file)
  if (start.startsWith('[')) return 'list'
  if (/^\{\s*("(users|posts|follows)"\s*:\s*\[|\}\s*$)/.test(start)) return 'document'
  if (start.startsWith('{')) return 'lines'
  throw new UserError(
    start === '' ? `${file} is empty` : `${file} is not JSON: it begins with neither [ nor {`,
  )
}

async function startOf(file: string): Promise<string> {
  for await (const chunk of readBytes(file)) {
    const start = chunk
      .toString()
      .replace(/^\uFEFF/, '')
      .trimStart()
    if (start !== '') return start
  }
  return ''
}

function rowOfLine({ number, text }: Line): RawRow {
  const place = `line ${number}`
  try {
    const value: unknown = JSON.parse(text)
    const { table = 'users', ...rest } = Object(value) as { table?: unknown }
    return { kind: String(table), place, value: isObject(value) ? rest : value }
  } catch {
    return { kind: 'users', place, value: null, trouble: 'is not JSON' }
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
