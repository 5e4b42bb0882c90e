import accounts from '../accounts/index.ts'
import api from '../api/index.ts'
import blocks from '../blocks/index.ts'
import bookmarks from '../bookmarks/index.ts'
import exports from '../exports/index.ts'
import feeds from '../feeds/index.ts'
import follows from '../follows/index.ts'
import images from '../images/index.ts'
import jobs from '../jobs/index.ts'
import likes from '../likes/index.ts'
import limits from '../limits/index.ts'
import live from '../live/index.ts'
import mail from '../mail/index.ts'
import mentions from '../mentions/index.ts'
import messages from '../messages/index.ts'
import mutes from '../mutes/index.ts'
import notifications from '../notifications/index.ts'
import passwords from '../passwords/index.ts'
import pins from '../pins/index.ts'
import posts from '../posts/index.ts'
import profiles from '../profiles/index.ts'
import quotes from '../quotes/index.ts'
import replies from '../replies/index.ts'
import reposts from '../reposts/index.ts'
import search from '../search/index.ts'
import sessions from '../sessions/index.ts'
import settings from '../settings/index.ts'
import shortcuts from '../shortcuts/index.ts'
import site from '../site/index.ts'
import timelines from '../timelines/index.ts'
import tokens from '../tokens/index.ts'
import translations from '../translations/index.ts'
import versions from '../versions/index.ts'

/** The folders that contribute something to the application, in the order of the API's reference. */
export const nouns = [
  tokens,
  accounts,
  profiles,
  settings,
  shortcuts,
  posts,
  images,
  replies,
  likes,
  reposts,
  bookmarks,
  mutes,
  quotes,
  pins,
  versions,
  timelines,
  follows,
  blocks,
  search,
  mentions,
  messages,
  notifications,
  api,
  sessions,
  passwords,
  translations,
  exports,
  live,
  feeds,
  site,
  jobs,
  limits,
  mail,
] as const
