/** Reads the rows of a file in the format of site-format.ts, of any size, a chunk at a time. */
import path from 'node:path'
import { JSONParser, TokenType } from '@streamparser/json'
import { UserError } from '../../config/user-error.ts'
import { type Line, linesIn, maxRowBytes, readBytes, rowTooLong } from './files.ts'
import { isObject } from './json.ts'
import { isKind, kindList, kinds, type RawRow } from './site-format.ts'

/** The largest picture that a row brings has 24 MB: of what people may upload, an animation can become larger. */
export const maxPictureBytes = 24_000_000
const maxImageRowBytes = (maxPictureBytes / 3) * 4 + maxRowBytes

function maxBytesOf(kind: string): number {
  return kind === 'images' ? maxImageRowBytes : maxRowBytes
}

/**
 * The rows of a file, as many at a time as have arrived.
 * @throws UserError when it is no such file, or a row is over the maximum of its kind: little more is ever in memory
 */
export async function* rowsIn(file: string, onBytes?: (count: number) => void): AsyncGenerator<RawRow[]> {
  const shape = await detectShape(file)
  const bytes = readBytes(file, onBytes)
  if (shape === 'lines') {
    for await (const lines of linesIn(bytes, maxImageRowBytes)) yield lines.map(rowOfLine)
    return
  }
  const parser = new DocumentParser(shape === 'list')
  for await (const chunk of bytes) yield parser.read(chunk)
  parser.end()
}

const documentStart = new RegExp(`^\\{\\s*("(${kinds.join('|')})"\\s*:\\s*\\[|\\}\\s*$)`)

/** By the file's name or, failing that, its first characters. */
async function detectShape(file: string): Promise<'list' | 'document' | 'lines'> {
  if (/\.(ndjson|jsonl)(\.gz)?$/.test(file)) return 'lines'
  const start = await firstCharacters(file)
  if (start.startsWith('[')) return 'list'
  if (documentStart.test(start)) return 'document'
  if (start.startsWith('{')) return 'lines'
  throw new UserError(
    start === ''
      ? `${path.basename(file)} is empty`
      : `${path.basename(file)} is not JSON: it begins with neither [ nor {`,
  )
}

async function firstCharacters(file: string): Promise<string> {
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
    if (Buffer.byteLength(text) > maxBytesOf(String(table))) throw rowTooLong(`${place} is`, maxRowBytes)
    return { kind: String(table), place, value: isObject(value) ? rest : value }
  } catch (error) {
    if (error instanceof UserError) throw error
    return { kind: 'users', place, value: null, error: 'is not JSON' }
  }
}

type Token = { token: TokenType; value: unknown; offset: number }

/** A JSON document, `[…]` or `{ "users": […], … }`. A bare list is one of users. */
class DocumentParser {
  private readonly parser: JSONParser
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true })
  private readonly lines = new LineCounter()
  private readonly rowDepth: number
  private rows: RawRow[] = []
  private list = 'users'
  private index = 0
  private depth = 0
  private previous: Token = { token: TokenType.NULL, value: null, offset: 0 }
  private rowLine = 1
  private unfinishedBytes = 0

  constructor(isBare: boolean) {
    this.rowDepth = isBare ? 1 : 2
    const paths = isBare ? ['$.*'] : kinds.map(kind => `$.${kind}.*`)
    this.parser = new JSONParser({ paths, keepStack: false })
    this.parser.onToken = token => this.onToken(token)
    this.parser.onValue = ({ value }) => this.onValue(value)
  }

  /** The rows that end in this chunk. */
  read(chunk: Buffer): RawRow[] {
    this.lines.enter(chunk)
    this.unfinishedBytes += chunk.length
    this.attempt(() => {
      this.utf8.decode(chunk, { stream: true })
      this.parser.write(chunk)
    })
    const most = maxBytesOf(this.list)
    if (this.unfinishedBytes > most + chunk.length) throw rowTooLong(`line ${this.rowLine}: a row is`, most)
    return this.rows.splice(0)
  }

  end(): void {
    this.attempt(() => {
      if (!this.parser.isEnded) this.parser.end()
    })
  }

  private attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (error instanceof UserError) throw error
      const isEncoding = (error as { code?: string }).code?.startsWith('ERR_ENCODING')
      const why = isEncoding ? 'UTF-8 text' : `JSON${whatIsWrong(error as Error)}`
      throw new UserError(`around line ${this.lines.at(Infinity)}, the file is not ${why}`)
    }
  }

  /** Notes where rows begin, and checks the names of the document's lists. */
  private onToken(token: Token): void {
    const opens = token.token === TokenType.LEFT_BRACE || token.token === TokenType.LEFT_BRACKET
    if (this.depth === 1 && this.rowDepth === 2) this.checkList(token)
    if (opens && this.depth === this.rowDepth) this.rowLine = this.lines.at(token.offset)
    if (opens) this.depth++
    else if (token.token === TokenType.RIGHT_BRACE || token.token === TokenType.RIGHT_BRACKET) this.depth--
    this.previous = token
  }

  private checkList(token: Token): void {
    const wrong = (why: string) => new UserError(`line ${this.lines.at(token.offset)}: ${why}`)
    if (token.token === TokenType.COLON) {
      this.list = String(this.previous.value)
      this.index = 0
      if (!isKind(this.list)) throw wrong(`"${this.list}" is not one of ${kindList}`)
    } else if (this.previous.token === TokenType.COLON && token.token !== TokenType.LEFT_BRACKET)
      throw wrong(`${this.list} must be a list`)
  }

  private onValue(value: unknown): void {
    this.unfinishedBytes = 0
    const place = `${this.list}[${this.index++}] (line ${this.rowLine})`
    this.rows.push({ kind: this.list, place, value })
  }
}

/** What the parser says in its own terms, in ours. */
function whatIsWrong({ message }: Error): string {
  if (/not ended|ended in the middle|Unexpected end|mid-parsing/i.test(message))
    return ': it ends in the middle'
  const [, token, character] = /^Unexpected (?:\w+ \("?([^]*?)"?\)|"([^]+?)") /.exec(message) ?? []
  const found = (token ?? character)?.replace('\n', 'a line break')
  return found === undefined ? '' : `: ${found} is not expected there`
}

/** Turns offsets in a stream, asked for in ascending order, into line numbers. */
class LineCounter {
  private chunk: Buffer = Buffer.alloc(0)
  private start = 0
  private next = -1
  private line = 1

  enter(chunk: Buffer): void {
    this.at(Infinity)
    this.start += this.chunk.length
    this.chunk = chunk
    this.next = chunk.indexOf(10)
  }

  at(offset: number): number {
    while (this.next >= 0 && this.start + this.next < offset) {
      this.line++
      this.next = this.chunk.indexOf(10, this.next + 1)
    }
    return this.line
  }
}
