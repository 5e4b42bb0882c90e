import { defineNoun } from '../noun.ts'
import { networkSignInLimit, signInLimit } from './authenticate.ts'
import { unusedDevices } from './known-device-queries.ts'
import { expiredSessions } from './queries.ts'
import pages from './routes.ts'

export default defineNoun({
  pages,
  limits: [signInLimit, networkSignInLimit],
  retention: [expiredSessions, unusedDevices],
})
