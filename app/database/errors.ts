/** What can go wrong with a database, told apart by what helps. */

/** The database cannot be reached, or is locked: nothing is wrong with the request, try again. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

/** A transaction was used after its end, or was open for too long. */
export class TransactionClosed extends Error {
  override readonly name = 'TransactionClosed'
}

export function transactionTimedOut(milliseconds: number): TransactionClosed {
  return new TransactionClosed(`a transaction was open for more than ${milliseconds} ms and was rolled back`)
}

/** The SQLSTATE, SQLite or system code of an error, through Drizzle's wrapping; empty if it has none. */
export function errorCode(error: unknown): string {
  const { code, cause } = Object(error) as { code?: unknown; cause?: unknown }
  if (typeof code === 'string') return code
  return cause ? errorCode(cause) : ''
}

/** The names that Node and the driver give to a TLS connection that was refused. */
export const untrusted =
  /^(TLS_.*|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|UNABLE_TO_.*|(DEPTH_ZERO_)?SELF_SIGNED_.*|EPROTO)$/

/**
 * Lost connections, servers that shut down or are full, statements cut short, locked, full and read-only files; 0A000
 * is a standby's answer to a write.
 */
const unavailable =
  /^(08...|53...|57P0[123]|57014|40001|40P01|25006|0A000|CONNECTION_.*|CONNECT_TIMEOUT|ECONN(REFUSED|RESET)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|SQLITE_(BUSY|LOCKED|FULL|READONLY|IOERR|CANTOPEN).*)$/

/** True when the database, not the request, is the trouble, and trying again later may help. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable || error instanceof TransactionClosed) return true
  // Drizzle wraps the errors of its statements.
  const { cause } = Object(error) as { cause?: unknown }
  const code = errorCode(error)
  return unavailable.test(code) || untrusted.test(code) || (cause !== undefined && isUnavailable(cause))
}

/** True when a row was to refer to one that was deleted meanwhile. */
export function isMissingReference(error: unknown): boolean {
  return ['23503', 'SQLITE_CONSTRAINT_FOREIGNKEY'].includes(errorCode(error))
}

/** Settles like `work`, or rejects with the error after that many milliseconds. */
export async function withinTime<T>(work: Promise<T>, milliseconds: number, error: () => Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(error()), milliseconds)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Why the database does not take a row, in its own words; null for any other error. Drizzle's message is the whole
 * statement.
 */
export function invalidRowMessage(error: unknown): string | null {
  if (!/^(22|23)...$|^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)|^ERR_/.test(errorCode(error))) return null
  let deepest = error as Error
  while (deepest.cause instanceof Error) deepest = deepest.cause
  return deepest.message
}
