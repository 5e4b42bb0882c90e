/** A token is created the same by the settings and by the API: its owner hears of it by mail. */
import { findAccount } from '../accounts/queries.ts'
import type { Config } from '../config.ts'
import type { Writer } from '../database/database.ts'
import { canMail, sendMail } from '../mail/mail.ts'
import { createToken, type NewToken, type Token } from './queries.ts'

/** Creates a token and mails its owner; null if they have the maximum. `language` is for owners who chose none. */
export async function issueToken(
  tx: Writer,
  { language, ...token }: NewToken & { language: string },
  config: Config,
): Promise<Token | null> {
  const created = await createToken(tx, token, new Date())
  const owner = created && canMail(config) ? await findAccount(tx, token.userId) : undefined
  if (!created || !owner?.hasOwnEmail) return created
  const { username, email: to, id: userId } = owner
  const { name, scope } = created
  const input = { username, name, scope, link: `${config.publicUrl}/settings/apps` }
  await sendMail(tx, {
    name: 'tokens.created',
    to,
    language: owner.language ?? language,
    input: { ...input, expiresAt: created.expiresAt?.toISOString() ?? null },
    userId,
  })
  return created
}
