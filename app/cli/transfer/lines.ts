/** Lines of files that may be larger than memory. */
import { isUtf8 } from 'node:buffer'
import { UserError } from '../../config/user-error.ts'

/** No row of ours comes near it: 4,000 emoji, escaped, with a link in each word, are less than half of it. */
export const longest = 1_000_000

export type Line = { number: number; text: string }

/**
 * The lines of a stream of UTF-8, as many at a time as have arrived; empty ones are left out.
 * @throws UserError at a line over a megabyte, of which no more than that is ever held, and at bytes that are not UTF-8
 */
export async function* linesIn(stream: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  let rest: Buffer = Buffer.alloc(0)
  let number = 0
  for await (const chunk of stream) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const lines: Line[] = []
    let start = 0
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      lines.push(lineOf(bytes.subarray(start, end), ++number))
      start = end + 1
    }
    rest = bytes.subarray(start)
    if (rest.length > longest) throw tooLong(number + 1)
    yield lines.filter(({ text }) => text.trim() !== '')
  }
  const last = lineOf(rest, number + 1)
  if (last.text.trim() !== '') yield [last]
}

function lineOf(bytes: Buffer, number: number): Line {
  if (bytes.length > longest) throw tooLong(number)
  if (!isUtf8(bytes)) throw new UserError(`line ${number} is not UTF-8 text`)
  return { number, text: (number === 1 ? withoutMark(bytes) : bytes).toString() }
}

/** Some editors begin a file with a byte order mark. */
export function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
}

function tooLong(number: number): UserError {
  return new UserError(`line ${number} is longer than a megabyte, the maximum`)
}
