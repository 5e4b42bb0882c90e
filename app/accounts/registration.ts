import type { Config } from '../config.ts'
import type { Writer } from '../database/database.ts'
import { canMail, sendMail } from '../mail/mail.ts'
import { createAccount, type NewAccount } from './queries.ts'

/** Creates an account and, where there is mail, asks its owner to prove the address. */
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
