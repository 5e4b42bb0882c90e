import { defineNoun } from '../noun.ts'
import { exportLimit } from './forms.ts'
import { exportJob } from './jobs.ts'
import { exportReadyMail } from './mails.ts'
import { expiredExports } from './queries.ts'
import pages from './routes.ts'

export default defineNoun({
  pages,
  jobs: { 'exports.make': exportJob },
  mails: { 'exports.ready': exportReadyMail },
  limits: [exportLimit],
  retention: [expiredExports],
})
