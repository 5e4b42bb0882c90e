import type { RateLimit } from '../limits/queries.ts'
import { countingOf } from '../posts/counting.ts'

export const repostingLimit: RateLimit = { name: 'reposting', burst: 30, every: 10_000 }

export const { add: repost, remove: undoRepost } = countingOf('reposts', repostingLimit)
