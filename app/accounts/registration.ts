import type { Config } from '../config.ts'
import type { Writer } from '../database/database.ts'
import type { RateLimit } from '../limits/queries.ts'
import { canMail, sendMail } from '../mail/mail.ts'
import { createAccount, type NewAccount } from './queries.ts'

/** For each network. */
export const signUpLimit: RateLimit = { name: 'sign-up', burst: 5, every: 600_000 }

/** Creates an account and, if mail is configured, sends a link that confirms its address. */
export async function registerAccount(
  tx: Writer,
  account: NewAccount,
  config: Config,
): ReturnType<typeof createAccount> {
  const created = await createAccount(tx, account, new Date())
  if ('taken' in created || !canMail(config)) return created
  const { id: userId } = created
  await sendMail(tx, { name: 'accounts.confirm', language: account.language, input: { userId }, userId })
  return created
}
