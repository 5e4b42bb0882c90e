import { defineNoun } from '../noun.ts'
import { bookmarkingLimit } from './bookmarking.ts'
import pages from './routes.ts'

export default defineNoun({ pages, limits: [bookmarkingLimit] })
