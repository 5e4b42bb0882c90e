import { findByEmail, findUnproven } from '../accounts/email-queries.ts'
import { defineJob } from '../jobs/definition.ts'
import { clearInput } from '../jobs/queue.ts'
import { sendMail } from '../mail/mail.ts'

declare module '../jobs/queue.ts' {
  interface Jobs {
    /** Cleared when done, because the address may belong to any person. */
    'passwords.request': { email?: string; language?: string }
  }
}

/** Sends a password reset link to the account that has the address, or to those that named it. */
export const requestPasswordJob = defineJob({
  name: 'passwords.request',
  attempts: 10,
  run:
    async ({ email = '', language = null }: { email?: string; language?: string | null }, { id }) =>
    async tx => {
      const owner = await findByEmail(tx, email)
      for (const person of owner ? [owner] : await findUnproven(tx, email)) {
        const input = { userId: person.id }
        const readers = person.language ?? language
        await sendMail(tx, { name: 'passwords.reset', language: readers, input, userId: person.id })
      }
      await clearInput(tx, id)
    },
})
