import type { Writer } from '../database/database.ts'

/** What is limited: so many at once, and then one more as each `every` (milliseconds) passes. */
const allowances = {
  'sign-in': { burst: 10, every: 60_000 },
  'sign-in-address': { burst: 50, every: 10_000 },
  'sign-up': { burst: 5, every: 600_000 },
  'password-reset': { burst: 5, every: 600_000 },
  posting: { burst: 30, every: 10_000 },
  following: { burst: 60, every: 5_000 },
  messages: { burst: 30, every: 5_000 },
  search: { burst: 60, every: 1_000 },
  export: { burst: 3, every: 3_600_000 },
  translating: { burst: 30, every: 2_000 },
  api: { burst: 300, every: 200 },
}

/**
 * Uses up one of an allowance of `subject` (a user's id, a network's address, an account's name).
 * @throws Problem 429 with when to try again
 */
export async function spend(
  _tx: Writer,
  _allowance: keyof typeof allowances,
  _subject: string | number,
): Promise<void> {}
