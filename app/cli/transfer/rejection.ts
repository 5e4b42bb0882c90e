import { errorCode } from '../../database/errors.ts'

/**
 * Why the database does not take a row, in its own words; null for any other trouble. Drizzle's message is
 * the whole statement, which nobody wants to read.
 */
export function rejection(error: unknown): string | null {
  if (!/^(22|23)...$|^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)|^ERR_/.test(errorCode(error))) return null
  let deepest = error as Error
  while (deepest.cause instanceof Error) deepest = deepest.cause
  return deepest.message
}
