/**
 * Mails are jobs: `sendMail` enqueues one in the caller's transaction, and a worker renders and sends it, so that no
 * page waits for a mail server and nothing is lost while it is down.
 */
import type { Config } from '../config.ts'
import type { Writer } from '../database/database.ts'
import { enqueue } from '../jobs/queue.ts'
import { isLanguage, type Language, type LocaleKey, type Translate } from '../locales/translate.ts'

/** The input of each mail by its name, declared by each feature. It is stored, so it contains no secret. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Mails {}

export type NewMail<Name extends keyof Mails> = {
  name: Name
  /** The address, unless the mail's `prepare` finds it. */
  to?: string
  /** The recipient's; English where the site has no such language. */
  language: string | null
  input: Mails[Name]
  /** The owner: deleting the account deletes the mail. */
  userId?: number
}

export type MailContext = { config: Config; language: Language; t: Translate; now: Date }

/** The locals of the templates; strings and numbers are also the arguments of the subject. */
export type MailLocals = Record<string, unknown>

export type MailDefinition<Name extends keyof Mails = keyof Mails> = {
  subject: LocaleKey
  /** `passwords/mail` stands for views/passwords/mail.eta and, as text, views/passwords/mail-text.eta. */
  view: string
  /**
   * Runs right before sending, in a transaction of the job: creates the token of a link, of which only the hash is
   * stored. It runs again when sending fails, so earlier tokens must stay valid: two copies of a mail may arrive, and
   * a mail program shows one of them. Null cancels the mail. Without `prepare`, `to` and the input are used unchanged.
   */
  prepare?(
    tx: Writer,
    input: Mails[Name],
    context: MailContext,
  ): Promise<{ to: string; locals: MailLocals; timeZone?: string | null } | null>
}

export type MailDefinitions = { [Name in keyof Mails]: MailDefinition<Name> }

export function defineMail<Name extends keyof Mails>(definition: MailDefinition<Name>): MailDefinition<Name> {
  return definition
}

/** Whether mails are delivered, by a mail server or to /dev/mail. Check it before a page promises one. */
export function canMail({ mail, development }: Config): boolean {
  return mail !== null || development
}

/** Enqueues a mail in the caller's transaction. */
export async function sendMail<Name extends keyof Mails>(tx: Writer, mail: NewMail<Name>): Promise<void> {
  const { name, to = null, input, userId } = mail
  const language = isLanguage(mail.language) ? mail.language : 'en'
  await enqueue(tx, { name: 'mail', input: { name, to, language, input }, userId })
}
