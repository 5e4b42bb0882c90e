import { defineNoun } from '../noun.ts'
import { networkSignInLimit, signInLimit } from './authenticate.ts'
import { interruptionLimit } from './interrupted-forms.ts'
import { expiredForms } from './interrupted-queries.ts'
import { requestLinkJob } from './jobs.ts'
import { unusedDevices } from './known-device-queries.ts'
import { expiredSignInLinks, signInLinkLimit } from './link-queries.ts'
import { signInLinkMail } from './mails.ts'
import { expiredSessions } from './queries.ts'
import pages from './routes.ts'

export default defineNoun({
  pages,
  jobs: { 'sessions.request_link': requestLinkJob },
  mails: { 'sessions.link': signInLinkMail },
  limits: [signInLimit, networkSignInLimit, signInLinkLimit, interruptionLimit],
  retention: [expiredSessions, unusedDevices, expiredForms, expiredSignInLinks],
})
