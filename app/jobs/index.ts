import { defineNoun } from '../noun.ts'
import { deadJobs, finishedJobs } from './queries.ts'

export default defineNoun({ retention: [finishedJobs, deadJobs] })
