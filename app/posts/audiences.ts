/** Who belongs to the people whom an author lets reply to a post or quote it, and the sentence for those who do not. */
import { type Audience, follows, mentions, posts, type ReplyAudience } from '../database/schema.ts'
import { type AnyColumn, type SQL, sql } from '../database/sql.ts'
import type { Arguments, LocaleKey } from '../locales/translate.ts'
import { viewerId } from '../people/visibility.ts'

type Place = { id: SQL | AnyColumn; author: SQL | AnyColumn }

/**
 * The audience of a post, if it keeps the viewer out; null if they belong to it or wrote the post. Rows are looked up
 * only where the audience asks for them.
 */
export function keptOutBy<Kind extends Audience | ReplyAudience>(
  audience: SQL | AnyColumn,
  { id, author }: Place,
): SQL<Kind | null> {
  const isFollowed = sql`exists (select 1 from ${follows}
    where ${follows.followerId} = ${author} and ${follows.followedId} = ${viewerId})`
  const isMentioned = sql`exists (select 1 from ${mentions}
    where ${mentions.postId} = ${id} and ${mentions.userId} = ${viewerId})`
  return sql`case when ${audience} = 'everyone' or ${author} = ${viewerId} then null
    when ${audience} = 'following' and ${isFollowed} then null
    when ${audience} = 'mentioned' and ${isMentioned} then null
    else ${audience} end`
}

const root = { id: sql`root.id`, author: sql`root.user_id` }

/**
 * What keeps the viewer from replying, the audience of the post itself and that of the first post of its thread, and
 * from quoting it.
 */
export const audienceBars = {
  quoteBar: keptOutBy<Audience>(posts.quotesFrom, { id: posts.id, author: posts.userId }),
  replyBar: keptOutBy<ReplyAudience>(posts.repliesFrom, { id: posts.id, author: posts.userId }),
  threadBar: sql<ReplyAudience | null>`case when ${posts.rootId} is null then null else (
    select ${keptOutBy(sql`root.replies_from`, root)} from ${posts} as root where root.id = ${posts.rootId}) end`,
}

type Sentence = { key: LocaleKey; values: Arguments }
type Barred = {
  author: { id: number; displayName: string }
  repliesFrom: ReplyAudience
  replyBar: ReplyAudience | null
  threadBar: ReplyAudience | null
}

type Quotable = { author: { displayName: string }; quotesFrom: Audience }

const ofPost = {
  following: 'replies.only_following',
  mentioned: 'replies.only_mentioned',
  nobody: 'replies.only_author',
} as const satisfies Record<string, LocaleKey>
const ofOwn = {
  following: 'replies.only_following_yours',
  mentioned: 'replies.only_mentioned',
  nobody: 'replies.only_you',
} as const satisfies Record<string, LocaleKey>
const ofThread = {
  following: 'replies.thread_only_following',
  mentioned: 'replies.thread_only_mentioned',
  nobody: 'replies.thread_only_author',
} as const satisfies Record<string, LocaleKey>

/** Who may reply to a post, as a sentence for everybody, what keeps the viewer out first; null where everyone may. */
export function whoMayReply(post: Barred, viewer?: { id: number } | null): Sentence | null {
  const { author, repliesFrom, replyBar, threadBar } = post
  const values = { name: author.displayName }
  if (threadBar && threadBar !== 'everyone' && !replyBar) return { key: ofThread[threadBar], values }
  const sentences = author.id === viewer?.id ? ofOwn : ofPost
  return repliesFrom === 'everyone' ? null : { key: sentences[repliesFrom], values }
}

/** Who may quote a post, as a sentence for everybody; null where everyone may. */
export function whoMayQuote({ author, quotesFrom }: Quotable): Sentence | null {
  if (quotesFrom === 'everyone') return null
  const key = quotesFrom === 'following' ? 'quotes.only_following' : 'quotes.only_author'
  return { key, values: { name: author.displayName } }
}
