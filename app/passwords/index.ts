import { canMail } from '../mail/mail.ts'
import { defineNoun } from '../noun.ts'
import { requestPasswordJob } from './jobs.ts'
import { changedMail, resetMail } from './mails.ts'
import { expiredResets, resetLimit } from './queries.ts'
import pages from './routes.ts'

export default defineNoun({
  pages,
  jobs: { 'passwords.request': requestPasswordJob },
  mails: { 'passwords.reset': resetMail, 'passwords.changed': changedMail },
  limits: [resetLimit],
  retention: [expiredResets],
  viewHelpers: ({ config }) => ({ canMail: canMail(config) }),
})
