import { defineNoun } from '../noun.ts'
import api from './api.ts'
import { expiredConfirmations } from './email-queries.ts'
import { deleteAccountJob } from './jobs.ts'
import { changeEmailMail, confirmMail, emailChangingMail } from './mails.ts'
import { signUpLimit } from './registration.ts'
import pages from './routes.ts'

export default defineNoun({
  pages,
  api,
  apiTags: { users: 'Users' },
  jobs: { 'accounts.delete': deleteAccountJob },
  mails: {
    'accounts.confirm': confirmMail,
    'accounts.change_email': changeEmailMail,
    'accounts.email_changing': emailChangingMail,
  },
  limits: [signUpLimit],
  retention: [expiredConfirmations],
})
