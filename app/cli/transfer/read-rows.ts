/** Reads a file of rows, in any of its forms (rows.ts), as a stream. */
import { UserError } from '../../config/user-error.ts'
import { documentRows } from './document.ts'
import { readBytes } from './files.ts'
import { type Line, linesIn } from './lines.ts'
import { isObject, type RawRow } from './rows.ts'

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
