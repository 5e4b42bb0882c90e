import { findCredentials } from '../accounts/queries.ts'
import { defineJob } from '../jobs/definition.ts'
import { clearInput } from '../jobs/queue.ts'
import { sendMail } from '../mail/mail.ts'

declare module '../jobs/queue.ts' {
  interface Jobs {
    /** Cleared when done, because the name or the address may be anybody's. */
    'sessions.request_link': { identifier?: string; language?: string }
  }
}

/** Sends a sign-in link if there is such an account. */
export const requestLinkJob = defineJob({
  name: 'sessions.request_link',
  attempts: 10,
  run:
    async ({ identifier = '', language = 'en' }: { identifier?: string; language?: string }, { id }) =>
    async tx => {
      const account = await findCredentials(tx, identifier)
      if (account) {
        const { id: userId, language: own } = account
        const mail = { name: 'sessions.link', language: own ?? language, input: { userId }, userId } as const
        await sendMail(tx, mail)
      }
      await clearInput(tx, id)
    },
})
