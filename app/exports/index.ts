import { defineNoun } from '../noun.ts'
import { exportJob } from './jobs.ts'
import { exportReadyMail } from './mails.ts'
import { expiredExports, exportLimit } from './queries.ts'
import pages from './routes.ts'

export default defineNoun({
  pages,
  jobs: { 'exports.make': exportJob },
  mails: { 'exports.ready': exportReadyMail },
  limits: [exportLimit],
  retention: [expiredExports],
})
