import { findByEmail } from '../accounts/email-queries.ts'
import { defineJob } from '../jobs/definition.ts'
import { clearInput } from '../jobs/queue.ts'
import { sendMail } from '../mail/mail.ts'

declare module '../jobs/queue.ts' {
  interface Jobs {
    /** Cleared when done, because the address may belong to any person. */
    'passwords.request': { email?: string; language?: string }
  }
}

/** Sends a password reset link if an account has the address. */
export const requestPasswordJob = defineJob({
  name: 'passwords.request',
  attempts: 10,
  run:
    async ({ email = '', language = null }: { email?: string; language?: string | null }, { id }) =>
    async tx => {
      const person = await findByEmail(tx, email)
      if (person) {
        const input = { userId: person.id }
        const readers = person.language ?? language
        await sendMail(tx, { name: 'passwords.reset', language: readers, input, userId: person.id })
      }
      await clearInput(tx, id)
    },
})
