import { packageMissing, UserError } from '../config/user-error.ts'
import { errorCode, isUnavailable, untrusted } from '../database/errors.ts'
import { StorageUnavailable } from '../storage/storage.ts'

/** The message for the most common error codes of a start or a command. */
const messages: [RegExp, string][] = [
  [/^28P01$|^28000$/, 'the database server refuses this user or password: check DATABASE_URL'],
  [/^3D000$/, 'the database server has no database by this name: create it, or check DATABASE_URL'],
  [/^42501$/, 'this database user does not have permission for that'],
  // Before the rest of class 53, which means too many connections.
  [/^(ENOSPC|SQLITE_FULL|53100)$/, 'the disk is full: nothing was changed'],
  [
    /^08P01$/,
    'the database server does not accept what the site needs: a connection pooler in front of it must be in session mode and ignore unknown start-up parameters; or name the server itself in DATABASE_URL',
  ],
  [/^TLS_NOT_OFFERED$/, 'the database server has no TLS, which the sslmode of DATABASE_URL requires'],
  [
    untrusted,
    'the certificate of the database server is not trusted: check sslmode and sslrootcert of DATABASE_URL',
  ],
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

/** The message for the person who started a command; null for an unexpected error. */
export function errorMessage(error: unknown): string | null {
  if (error instanceof UserError) return error.message
  if (error instanceof StorageUnavailable) return `${error.message}: check MEDIA_URL`
  const code = codeOf(error)
  const [, missing] = (code === 'ERR_MODULE_NOT_FOUND' && /package '([^']+)'/.exec(String(error))) || []
  if (missing) return packageMissing(missing)
  const message = messages.find(([pattern]) => pattern.test(code))?.[1]
  if (message) {
    const { path, address, port } = Object(error) as { path?: string; address?: string; port?: number }
    const place = path ?? (address && port ? `${address}:${port}` : null)
    return place ? `${message} (${place})` : message
  }
  return code.startsWith('ERR_PARSE_ARGS') || isUnavailable(error) ? (error as Error).message : null
}

/** The error's code; if a host has several addresses, that of the first one tried. */
function codeOf(error: unknown): string {
  const { errors } = Object(error) as { errors?: unknown[] }
  return errors?.length ? codeOf(errors[0]) : errorCode(error)
}
