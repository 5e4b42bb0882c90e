/** Reads the text that portable.ts describes, and believes nothing of it. */
import { createHash } from 'node:crypto'
import { UserError } from '../../config/user-error.ts'
import type { Line } from './lines.ts'
import { count, countedTables, type Digests, digestsOf, type Header, type Trailer } from './portable.ts'
import { isObject } from './rows.ts'
import { isTableName, type TableName } from './tables.ts'

export type PortableRow = { table: TableName; row: Record<string, unknown>; line: number }
/** Is given a text's parts, in order; each call is awaited before more is read. */
export type Receiver = {
  header(header: Header): Promise<void>
  rows(rows: PortableRow[]): Promise<void>
}

/**
 * Reads such a text to its end and returns its trailer.
 * @throws UserError when it is something else, damaged or cut short: what was received until then is worth nothing
 */
export async function readPortable(lines: AsyncIterable<Line[]>, receiver: Receiver): Promise<Trailer> {
  const text = new PortableText()
  for await (const batch of lines) {
    const rows: PortableRow[] = []
    for (const line of batch) {
      const value = text.accept(line)
      if ('format' in value) await receiver.header(value)
      else if ('table' in value) rows.push({ ...value, line: line.number })
    }
    await receiver.rows(rows)
  }
  return text.end()
}

type Value = Header | Trailer | { sha256: string } | { table: TableName; row: Record<string, unknown> }

/** What was read so far, which the text's own end must confirm. */
class PortableText {
  private readonly whole = createHash('sha256')
  private readonly counted = countedTables()
  private trailer: Trailer | undefined
  private sealed = false

  accept({ text, number }: Line): Value {
    if (this.sealed) throw damaged(number, 'there is more after its end')
    const value = number === 1 ? headerIn(text) : valueIn(text, number)
    if ('table' in value) {
      if (this.trailer || !isTableName(value.table))
        throw damaged(number, `a row of "${value.table}" is not expected here`)
      count(this.counted[value.table], [text])
    } else if ('tables' in value) this.trailer = value
    if ('sha256' in value) this.seal(value.sha256, number)
    else this.whole.update(`${text}\n`)
    return value
  }

  private seal(sha256: string, number: number): void {
    if (!this.trailer || this.whole.digest('hex') !== sha256)
      throw damaged(number, 'the digest does not match')
    const found = digestsOf(this.counted)
    const wrong = Object.entries(this.trailer.tables).find(
      ([name, { sha256 }]) => found[name]?.sha256 !== sha256,
    )
    if (wrong) throw damaged(number, `the rows of ${wrong[0]} have changed`)
    this.sealed = true
  }

  end(): Trailer {
    if (this.sealed && this.trailer) return this.trailer
    throw new UserError('the backup is cut short: its end is missing')
  }
}

function headerIn(text: string): Header {
  const header = parsed(text)
  if (header?.['format'] !== 'microblog')
    throw new UserError('this is not a Microblog backup: its first line is not a backup header')
  if (header['version'] === 1 && typeof header['schema'] === 'string') return header as unknown as Header
  throw new UserError(
    `this backup is of version ${String(Number(header['version']))}, and this code reads version 1: update the code`,
  )
}

function valueIn(text: string, number: number): Exclude<Value, Header> {
  const value = parsed(text)
  const isRow = typeof value?.['table'] === 'string' && isObject(value['row'])
  const isTrailer = isObject(value?.['tables']) && isObject(value['lastIds'])
  if (isRow || isTrailer || typeof value?.['sha256'] === 'string') return value as never
  throw damaged(number, 'it is not a line of a backup')
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function damaged(number: number, why: string): UserError {
  return new UserError(`the backup is damaged at line ${number}: ${why}`)
}

/** The first table in which two databases differ; undefined when they are the same. */
export function difference(one: Digests, other: Digests): string | undefined {
  const names = Object.keys({ ...one, ...other })
  return names.find(
    name => one[name]?.rows !== other[name]?.rows || one[name]?.sha256 !== other[name]?.sha256,
  )
}
