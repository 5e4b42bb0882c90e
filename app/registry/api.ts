/** The routes that each feature brings to the API. */
import accounts from '../accounts/api.ts'
import blocks from '../blocks/api.ts'
import follows from '../follows/api.ts'
import messages from '../messages/api.ts'
import notifications from '../notifications/api.ts'
import posts from '../posts/api.ts'
import profiles from '../profiles/api.ts'
import search from '../search/api.ts'
import me from '../settings/api.ts'
import timelines from '../timelines/api.ts'
import tokens from '../tokens/api.ts'

export const features = [
  tokens,
  accounts,
  profiles,
  me,
  posts,
  timelines,
  follows,
  blocks,
  search,
  messages,
  notifications,
]
