import { defineMail } from '../mail/mail.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { createConfirmation, findByEmail, isEmailTaken } from './email-queries.ts'
import { findAccount } from './queries.ts'
import { type AccountChange, createRecovery } from './recovery-queries.ts'

declare module '../mail/mail.ts' {
  interface Mails {
    'accounts.confirm': { userId: number }
    /** `username` is the account that has just named the address of another. */
    'accounts.already': { username: string; email: string }
    /** `asked` is a digest of the password hash at the time of the request. */
    'accounts.change_email': { userId: number; email: string; asked: string }
    'accounts.email_changed': AccountChange & { username: string; newEmail: string }
    'accounts.email_changing': { username: string; email: string; link: string }
  }
}

/** Tells the owner of an address that an account was opened with it. */
export const alreadyMail = defineMail<'accounts.already'>({
  subject: 'accounts.already_subject',
  view: 'accounts/already-mail',
  async prepare(tx, { username: newcomer, email }, { config }) {
    const owner = await findByEmail(tx, email)
    if (!owner) return null
    const { username } = owner
    return { to: owner.email, locals: { username, newcomer, link: `${config.publicUrl}/sign-in` } }
  },
})

/** The link that confirms an account's address; cancelled if it is confirmed, or another account's. */
export const confirmMail = defineMail<'accounts.confirm'>({
  subject: 'accounts.confirm_subject',
  view: 'accounts/confirm-mail',
  async prepare(tx, { userId }, { config, now }) {
    const account = await findAccount(tx, userId)
    if (!account || account.emailConfirmedAt) return null
    const { username, email } = account
    if (await isEmailTaken(tx, email, userId)) return null
    const token = newToken()
    await createConfirmation(tx, { tokenHash: hashToken(token), userId, email }, now)
    return { to: email, locals: { username, link: `${config.publicUrl}/confirmations/${token}` } }
  },
})

/**
 * The link that changes an account's address; cancelled if another account has the address, or if the password has
 * been changed since the request, which an intruder may have made.
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

/** Tells the old address after the change, with a link that undoes it; cancelled if it was undone. */
export const emailChangedMail = defineMail<'accounts.email_changed'>({
  subject: 'accounts.email_changed_subject',
  view: 'accounts/email-changed-mail',
  async prepare(tx, { username, newEmail, ...change }, { config }) {
    const token = await createRecovery(tx, change)
    if (!token) return null
    return {
      to: change.email,
      locals: { username, newEmail, link: `${config.publicUrl}/recoveries/${token}` },
    }
  },
})

/** Warns the old address, while its owner can still prevent the change. */
export const emailChangingMail = defineMail<'accounts.email_changing'>({
  subject: 'accounts.email_changing_subject',
  view: 'accounts/email-changing-mail',
})
