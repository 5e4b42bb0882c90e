import { findAccount } from '../accounts/queries.ts'
import { defineMail } from '../mail/mail.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { createPasswordReset } from './queries.ts'

declare module '../mail/mail.ts' {
  interface Mails {
    'passwords.reset': { userId: number }
    'passwords.changed': { userId: number }
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
    await createPasswordReset(tx, { tokenHash: hashToken(token), userId }, now)
    const locals = { username: account.username, link: `${config.publicUrl}/passwords/${token}` }
    return { to: account.email, locals }
  },
})

/** Notifies the owner of a changed password, which an intruder may have changed. */
export const changedMail = defineMail<'passwords.changed'>({
  subject: 'passwords.changed_subject',
  view: 'passwords/changed-mail',
  async prepare(tx, { userId }, { config }) {
    const account = await findAccount(tx, userId)
    if (!account?.hasOwnEmail) return null
    const locals = { username: account.username, link: `${config.publicUrl}/passwords` }
    return { to: account.email, locals }
  },
})
