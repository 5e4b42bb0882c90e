import { defineNoun } from '../noun.ts'
import api from './api.ts'
import { expiredConfirmations, proofLimit } from './email-queries.ts'
import { deleteAccountJob } from './jobs.ts'
import { alreadyMail, changeEmailMail, confirmMail, emailChangedMail, emailChangingMail } from './mails.ts'
import { expiredRecoveries } from './recovery-queries.ts'
import { signUpFormLimit, signUpLimit } from './registration.ts'
import pages from './routes.ts'
import { freedUsernames, renameLimit, restedUsernames } from './username-queries.ts'

export default defineNoun({
  pages,
  api,
  apiTags: { users: 'Users' },
  jobs: { 'accounts.delete': deleteAccountJob },
  mails: {
    'accounts.already': alreadyMail,
    'accounts.confirm': confirmMail,
    'accounts.change_email': changeEmailMail,
    'accounts.email_changed': emailChangedMail,
    'accounts.email_changing': emailChangingMail,
  },
  limits: [signUpLimit, signUpFormLimit, renameLimit, proofLimit],
  retention: [expiredConfirmations, expiredRecoveries, restedUsernames, freedUsernames],
})
