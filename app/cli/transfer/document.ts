/** A JSON document, `[…]` or `{ "users": […], … }`, as a stream of rows. */
import { JSONParser, TokenType } from '@streamparser/json'
import { UserError } from '../../config/user-error.ts'
import { longest } from './lines.ts'
import { isKind, kinds, type RawRow } from './rows.ts'

/**
 * The rows of a document, as many at a time as have arrived. A bare list is one of users.
 * @throws UserError when it is no such JSON, or a row is over a megabyte, of which little more is ever held
 */
export async function* documentRows(bytes: AsyncIterable<Buffer>, isBare: boolean): AsyncGenerator<RawRow[]> {
  const document = new Document(isBare)
  for await (const chunk of bytes) yield document.read(chunk)
  document.end()
}

type Token = { token: TokenType; value: unknown; offset: number }

class Document {
  private readonly parser: JSONParser
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true })
  private readonly lines = new LineCounter()
  private readonly rowDepth: number
  private rows: RawRow[] = []
  private part = 'users'
  private index = 0
  private depth = 0
  private before: Token = { token: TokenType.NULL, value: null, offset: 0 }
  private rowLine = 1
  private unfinished = 0

  constructor(isBare: boolean) {
    this.rowDepth = isBare ? 1 : 2
    const paths = isBare ? ['$.*'] : kinds.map(kind => `$.${kind}.*`)
    this.parser = new JSONParser({ paths, keepStack: false })
    this.parser.onToken = token => this.follow(token)
    this.parser.onValue = ({ value }) => this.take(value)
  }

  /** The rows that end in this chunk. */
  read(chunk: Buffer): RawRow[] {
    this.lines.enter(chunk)
    this.unfinished += chunk.length
    this.attempt(() => {
      this.utf8.decode(chunk, { stream: true })
      this.parser.write(chunk)
    })
    if (this.unfinished > longest + chunk.length)
      throw new UserError(`line ${this.rowLine}: a row is longer than a megabyte, the maximum`)
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
      const why = (error as { code?: string }).code?.startsWith('ERR_ENCODING') ? 'UTF-8 text' : 'JSON'
      throw new UserError(
        `around line ${this.lines.at(Infinity)}, the file is not ${why}: ${(error as Error).message}`,
      )
    }
  }

  /** Notes where rows begin, and judges the names of the document's parts. */
  private follow(token: Token): void {
    const opens = token.token === TokenType.LEFT_BRACE || token.token === TokenType.LEFT_BRACKET
    if (this.depth === 1 && this.rowDepth === 2) this.judgePart(token)
    if (opens && this.depth === this.rowDepth) this.rowLine = this.lines.at(token.offset)
    if (opens) this.depth++
    else if (token.token === TokenType.RIGHT_BRACE || token.token === TokenType.RIGHT_BRACKET) this.depth--
    this.before = token
  }

  private judgePart(token: Token): void {
    const wrong = (why: string) => new UserError(`line ${this.lines.at(token.offset)}: ${why}`)
    if (token.token === TokenType.COLON) {
      this.part = String(this.before.value)
      this.index = 0
      if (!isKind(this.part)) throw wrong(`"${this.part}" is not one of users, posts and follows`)
    } else if (this.before.token === TokenType.COLON && token.token !== TokenType.LEFT_BRACKET)
      throw wrong(`${this.part} must be a list`)
  }

  private take(value: unknown): void {
    this.unfinished = 0
    const place = `${this.part}[${this.index++}] (line ${this.rowLine})`
    this.rows.push({ kind: this.part, place, value })
  }
}

/** Turns places in a stream, asked for in their order, into numbers of lines. */
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
