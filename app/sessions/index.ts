import { defineNoun } from '../noun.ts'
import { networkSignInLimit, signInLimit } from './authenticate.ts'
import { interruptionLimit } from './interrupted-forms.ts'
import { expiredForms } from './interrupted-queries.ts'
import { unusedDevices } from './known-device-queries.ts'
import { expiredSessions } from './queries.ts'
import pages from './routes.ts'

export default defineNoun({
  pages,
  limits: [signInLimit, networkSignInLimit, interruptionLimit],
  retention: [expiredSessions, unusedDevices, expiredForms],
})
