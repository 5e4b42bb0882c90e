import { findAccount } from '../accounts/queries.ts'
import { defineMail } from '../mail/mail.ts'

declare module '../mail/mail.ts' {
  interface Mails {
    'exports.ready': { userId: number; expiresAt: string }
  }
}

/** Says where an export can be downloaded, and until when. The link works for its owner only. */
export const exportReadyMail = defineMail<'exports.ready'>({
  subject: 'exports.mail_subject',
  view: 'exports/ready-mail',
  async prepare(tx, { userId, expiresAt }, { config }) {
    const account = await findAccount(tx, userId)
    if (!account?.hasOwnEmail) return null
    const link = `${config.publicUrl}/settings/data`
    const { email, username, timeZone } = account
    return { to: email, locals: { username, link, until: new Date(expiresAt) }, timeZone }
  },
})
