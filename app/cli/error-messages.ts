import { UserError } from '../config/user-error.ts'
import { errorCode, isUnavailable } from '../database/errors.ts'

/** What the commonest troubles of a start or a command mean; the code says which it is. */
const sentences: [RegExp, string][] = [
  [/^28P01$|^28000$/, 'the database server refuses this user or password: check DATABASE_URL'],
  [/^3D000$/, 'the database server has no database by this name: create it, or check DATABASE_URL'],
  [/^42501$/, 'this database user does not have permission for that'],
  // Before the others of its class, which say that the server is full of clients.
  [/^(ENOSPC|SQLITE_FULL|53100)$/, 'the disk is full: nothing was changed'],
  [
    /^(ECONN.*|CONNECT.*|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT|57P0.|08...|53...)$/,
    'the database server cannot be reached',
  ],
  [
    /^(EROFS|EACCES|EPERM|EISDIR|ENOTDIR|SQLITE_READONLY.*|SQLITE_CANTOPEN.*|SQLITE_IOERR.*)$/,
    'the database file cannot be opened or written',
  ],
  [/^(SQLITE_BUSY.*|SQLITE_LOCKED.*)$/, 'another process has the database locked: try again'],
  [/^(SQLITE_NOTADB|SQLITE_CORRUPT.*)$/, 'the file is not a database, or it is damaged'],
  [/^ENOENT$/, 'there is no such file or folder'],
]

/** The sentence for whoever started a command; null for an error that nobody expected. */
export function errorMessage(error: unknown): string | null {
  if (error instanceof UserError) return error.message
  const code = codeOf(error)
  const known = sentences.find(([pattern]) => pattern.test(code))?.[1]
  if (known) return detailed(known, error)
  return code.startsWith('ERR_PARSE_ARGS') || isUnavailable(error) ? (error as Error).message : null
}

/** Several addresses of one name may each have failed in their own way: the first will do. */
function codeOf(error: unknown): string {
  const { errors } = Object(error) as { errors?: unknown[] }
  return errors?.length ? codeOf(errors[0]) : errorCode(error)
}

function detailed(sentence: string, error: unknown): string {
  const { path, address, port } = Object(error) as { path?: string; address?: string; port?: number }
  const place = path ?? (address && port ? `${address}:${port}` : null)
  return place ? `${sentence} (${place})` : sentence
}
