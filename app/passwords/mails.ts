import { createConfirmation } from '../accounts/email-queries.ts'
import { findAccount } from '../accounts/queries.ts'
import { type AccountChange, createRecovery, recordChange } from '../accounts/recovery-queries.ts'
import type { Writer } from '../database/database.ts'
import { defineMail, sendMail } from '../mail/mail.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { createPasswordReset } from './queries.ts'

declare module '../mail/mail.ts' {
  interface Mails {
    'passwords.reset': { userId: number }
    /** Older jobs have only the account. */
    'passwords.changed': { userId: number } | AccountChange
  }
}

/** The password reset link. */
export const resetMail = defineMail<'passwords.reset'>({
  subject: 'passwords.reset_subject',
  view: 'passwords/reset-mail',
  async prepare(tx, { userId }, { config, now }) {
    const account = await findAccount(tx, userId)
    if (!account) return null
    const token = newToken()
    const link = { tokenHash: hashToken(token), userId }
    await createPasswordReset(tx, link, now)
    // Opening it proves access to the mailbox.
    if (!account.emailConfirmedAt) await createConfirmation(tx, { ...link, email: account.email }, now)
    const locals = { username: account.username, link: `${config.publicUrl}/passwords/${token}` }
    return { to: account.email, locals }
  },
})

/** Notifies the address of the time of the change, with a link that undoes it; cancelled if it was undone. */
export const changedMail = defineMail<'passwords.changed'>({
  subject: 'passwords.changed_subject',
  view: 'passwords/changed-mail',
  async prepare(tx, change, { config }) {
    const account = await findAccount(tx, change.userId)
    if (!account?.hasOwnEmail) return null
    const { username } = account
    if (!('email' in change))
      return { to: account.email, locals: { username, link: `${config.publicUrl}/passwords` } }
    const token = await createRecovery(tx, change)
    if (!token) return null
    return { to: change.email, locals: { username, link: `${config.publicUrl}/recoveries/${token}` } }
  },
})

/** Records a changed password and mails the account's owner. */
export async function tellPasswordChange(
  tx: Writer,
  { userId, email, language }: { userId: number; email: string; language: string | null },
): Promise<void> {
  const input = await recordChange(tx, { userId, email }, new Date())
  await sendMail(tx, { name: 'passwords.changed', language, input, userId })
}
