import { createHash } from 'node:crypto'
import type { Config } from '../config.ts'
import { defineJob, type JobContext, PermanentFailure } from '../jobs/definition.ts'
import { type Language, translate } from '../locales/translate.ts'
import type { MailDefinition, MailDefinitions, MailLocals, Mails } from './mail.ts'
import { renderMail } from './render.ts'
import { deliver, type Email } from './transport.ts'

type MailInput = { name: keyof Mails; to: string | null; language: Language; input: unknown }

declare module '../jobs/queue.ts' {
  interface Jobs {
    mail: MailInput
  }
}

/** Sends one of `mails`. Retried for about two days, mostly at intervals of an hour. */
export const mailJob = (mails: MailDefinitions) =>
  defineJob({
    name: 'mail',
    attempts: 48,
    concurrency: 2,
    async run(input, context) {
      const { config, signal } = context
      if (!config.mail && !config.development)
        throw new PermanentFailure('there is no mail server: SMTP_URL is not set')
      const email = await writeEmail(mails[input.name], input, context)
      if (!email) return { sent: false }
      if (config.mail) await deliver(config.mail, email, signal)
      // Stored for /dev/mail in development only, because mails contain secret links.
      return config.development ? email : { sent: true }
    },
  })

async function writeEmail(
  definition: MailDefinition | undefined,
  { name, to, language, input }: MailInput,
  context: JobContext,
): Promise<Email | null> {
  const { config, transaction, now } = context
  if (!definition) throw new PermanentFailure(`there is no mail ${name}`)
  const { prepare } = definition
  if (!prepare && to === null) throw new PermanentFailure('the mail has no recipient')
  const mailContext = { config, language, t: translate(language), now: now() }
  const addressed = prepare
    ? await transaction(tx => prepare(tx, input as never, mailContext))
    : { to: to as string, locals: Object(input) as MailLocals, timeZone: null }
  if (!addressed) return null
  return {
    ...renderMail(definition, addressed, { config, language }),
    from: { name: config.siteName, address: config.mailFrom },
    to: addressed.to,
    messageId: messageId(context),
  }
}

/** The same at every attempt, so that mail programs recognize a second copy. */
function messageId({ id, createdAt, config }: JobContext & { config: Config }): string {
  const digest = createHash('sha256').update(`${id} ${createdAt.toISOString()}`).digest('hex').slice(0, 24)
  return `<${id}.${digest}@${new URL(config.publicUrl).hostname}>`
}
