import { defineMail } from '../mail/mail.ts'

declare module '../mail/mail.ts' {
  interface Mails {
    'tokens.created': {
      username: string
      name: string
      scope: string
      expiresAt: string | null
      link: string
    }
  }
}

/** Tells the owner of a new token, which an intruder may have created. */
export const tokenCreatedMail = defineMail<'tokens.created'>({
  subject: 'tokens.mail_subject',
  view: 'tokens/created-mail',
})
