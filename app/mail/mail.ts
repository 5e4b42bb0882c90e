/**
 * Mails are jobs: `sendMail` enqueues one in the transaction that causes it, and a worker renders and sends
 * it, so that no page ever waits for a mail server and nothing is lost while it is down.
 */
import type { Config } from '../config.ts'
import type { Writer } from '../database/database.ts'
import { enqueue } from '../jobs/queue.ts'
import { isLanguage, type Language, type LocaleKey, type Translate } from '../locales/translate.ts'

/** The input of each mail by its name; a feature adds its own. It is stored, so it never has a secret in it. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Mails {}

export type NewMail<Name extends keyof Mails> = {
  name: Name
  /** The address, unless the mail's `prepare` finds it. */
  to?: string
  /** The reader's; any other than ours is English. */
  language: string | null
  input: Mails[Name]
  /** Whose mail it is: deleting them deletes it. */
  userId?: number
}

/** What `prepare` may need besides the database. */
export type MailContext = { config: Config; language: Language; t: Translate; now: Date }

/** What the templates show; strings and numbers among it are the arguments of the subject, too. */
export type MailLocals = Record<string, unknown>

export type MailDefinition<Name extends keyof Mails = keyof Mails> = {
  /** Gets `site` and the locals that are strings or numbers. */
  subject: LocaleKey
  /** `passwords/mail` is views/passwords/mail.eta and, for text, views/passwords/mail-text.eta. */
  view: string
  /**
   * Runs right before sending, in a transaction of the job: the place to make the secret of a link, of which
   * only the hash is stored. It runs again when sending failed, so it must leave what it made before working
   * (two copies of a mail may arrive, and a mail program shows only one of them). Null: there is nothing to
   * send any more. Without it, `to` and the input are used as they are.
   */
  prepare?(
    tx: Writer,
    input: Mails[Name],
    context: MailContext,
  ): Promise<{ to: string; locals: MailLocals } | null>
}

/** Every mail that is declared in Mails. */
export type MailDefinitions = { [Name in keyof Mails]: MailDefinition<Name> }

export function defineMail<Name extends keyof Mails>(definition: MailDefinition<Name>): MailDefinition<Name> {
  return definition
}

/** Whether mails go anywhere: to a mail server, or to /dev/mail. Ask before you promise one. */
export function canMail({ mail, development }: Config): boolean {
  return mail !== null || development
}

/** Adds a mail in the transaction that causes it. */
export async function sendMail<Name extends keyof Mails>(tx: Writer, mail: NewMail<Name>): Promise<void> {
  const { name, to = null, input, userId } = mail
  const language = isLanguage(mail.language) ? mail.language : 'en'
  await enqueue(tx, { name: 'mail', input: { name, to, language, input }, userId })
}
