import { defineNoun } from '../noun.ts'
import { likingLimit } from './liking.ts'
import pages from './routes.ts'

export default defineNoun({ pages, limits: [likingLimit] })
