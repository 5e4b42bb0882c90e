import { defineMail } from '../mail/mail.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { createConfirmation, isEmailTaken } from './email-queries.ts'
import { findAccount } from './queries.ts'

declare module '../mail/mail.ts' {
  interface Mails {
    'accounts.confirm': { userId: number }
    /** `asked` is a digest of the password hash of that moment. */
    'accounts.change_email': { userId: number; email: string; asked: string }
    'accounts.email_changing': { username: string; email: string; link: string }
  }
}

/** The link that proves the address of an account; nothing where it is proven already. */
export const confirmMail = defineMail<'accounts.confirm'>({
  subject: 'accounts.confirm_subject',
  view: 'accounts/confirm-mail',
  async prepare(tx, { userId }, { config, now }) {
    const account = await findAccount(tx, userId)
    if (!account || account.emailConfirmedAt) return null
    const { username, email } = account
    const token = newToken()
    await createConfirmation(tx, { tokenHash: hashToken(token), userId, email }, now)
    return { to: email, locals: { username, link: `${config.publicUrl}/confirmations/${token}` } }
  },
})

/**
 * The link that makes another address theirs; nothing where it is somebody else's, whom it would only bother, or
 * where the password has been changed meanwhile: who asked may be the reason why.
 */
export const changeEmailMail = defineMail<'accounts.change_email'>({
  subject: 'accounts.confirm_subject',
  view: 'accounts/change-email-mail',
  async prepare(tx, { userId, email, asked }, { config, now }) {
    const account = await findAccount(tx, userId)
    if (!account || hashToken(account.passwordHash) !== asked) return null
    if (await isEmailTaken(tx, email, userId)) return null
    const token = newToken()
    await createConfirmation(tx, { tokenHash: hashToken(token), userId, email }, now)
    const { username } = account
    return { to: email, locals: { username, link: `${config.publicUrl}/confirmations/${token}` } }
  },
})

/** Tells the old address, while its owner can still prevent it. */
export const emailChangingMail = defineMail<'accounts.email_changing'>({
  subject: 'accounts.email_changing_subject',
  view: 'accounts/email-changing-mail',
})
