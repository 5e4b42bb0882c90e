import type { RateLimit } from '../limits/queries.ts'
import { countingOf } from '../posts/counting.ts'

export const likingLimit: RateLimit = { name: 'liking', burst: 60, every: 2_000 }

export const { add: likePost, remove: unlikePost } = countingOf('likes', likingLimit)
