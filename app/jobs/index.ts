import { defineNoun } from '../noun.ts'
import { finishedJobs, parkedJobs } from './queries.ts'

export default defineNoun({ retention: [finishedJobs, parkedJobs] })
