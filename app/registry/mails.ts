/** Every mail that there is. What is declared in Mails and missing here does not compile. */
import { changeEmailMail, confirmMail, emailChangingMail } from '../accounts/mails.ts'
import { exportReadyMail } from '../exports/mails.ts'
import type { MailDefinition, Mails } from '../mail/mail.ts'
import { changedMail, resetMail } from '../passwords/mails.ts'

export type MailDefinitions = { [Name in keyof Mails]: MailDefinition<Name> }

export const mails: MailDefinitions = {
  'accounts.confirm': confirmMail,
  'accounts.change_email': changeEmailMail,
  'accounts.email_changing': emailChangingMail,
  'exports.ready': exportReadyMail,
  'passwords.reset': resetMail,
  'passwords.changed': changedMail,
}
