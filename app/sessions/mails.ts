import { findAccount } from '../accounts/queries.ts'
import { defineMail } from '../mail/mail.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { createSignInLink } from './link-queries.ts'

declare module '../mail/mail.ts' {
  interface Mails {
    'sessions.link': { userId: number }
  }
}

/** The link that signs in once. */
export const signInLinkMail = defineMail<'sessions.link'>({
  subject: 'sessions.link_subject',
  view: 'sessions/link-mail',
  async prepare(tx, { userId }, { config, now }) {
    const account = await findAccount(tx, userId)
    if (!account?.hasOwnEmail) return null
    const token = newToken()
    await createSignInLink(tx, { tokenHash: hashToken(token), userId }, now)
    const { username, email } = account
    return { to: email, locals: { username, link: `${config.publicUrl}/sign-in/${token}` } }
  },
})
