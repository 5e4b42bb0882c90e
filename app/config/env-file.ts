import { isUtf8 } from 'node:buffer'
import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { UserError } from './user-error.ts'

/**
 * The variables in a file `.env`, which an editor may have written with a byte order mark or as UTF-16; none if there
 * is no such file.
 * @throws UserError when it cannot be read as text
 */
export function readEnvFile(file: string): NodeJS.Dict<string> {
  if (!existsSync(file)) return {}
  return parseEnv(textOf(file, bytesOf(file)))
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`
    throw new UserError(`${file} ${why}: it should be a text file with lines like PORT=3000`, {
      cause: error,
    })
  }
}

/** A decoder removes the byte order mark. */
function textOf(file: string, bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString('hex')
  if (mark === 'fffe' || mark === 'feff')
    return new TextDecoder(mark === 'fffe' ? 'utf-16le' : 'utf-16be').decode(bytes)
  if (isUtf8(bytes) && !bytes.includes(0)) return new TextDecoder().decode(bytes)
  throw new UserError(`${file} is not UTF-8 text: save it as UTF-8`)
}
