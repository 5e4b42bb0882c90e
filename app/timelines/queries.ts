import { type Cursor, keysetList, type Page, type Place, pageLinks, placeOf } from '../database/cursor.ts'
import { prepared, type Reader } from '../database/database.ts'
import { follows, hashtags, posts, reposts } from '../database/schema.ts'
import { and, count, desc, eq, given, isNotNull, isNull, type SQL, sql } from '../database/sql.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { hasSeenAuthor, isUnblocked, seenBy, viewerId } from '../people/visibility.ts'
import { asPages, type Post, type PostRow, postsOf, selectEntries, selectPosts } from '../posts/post.ts'
import { type Asked, entryList, entryPage, partOf } from './entries.ts'

/** A page of posts as the templates show it: `newer` and `older` are where its links lead. */
export type Timeline = { posts: Post[]; newer: string | null; older: string | null }

export function timelineOf(page: Page<Post>, path: string): Timeline {
  return { posts: page.rows, ...pageLinks(page, path) }
}

/** A list of posts, newest first. */
function timeline(name: string, condition: (place: Place) => SQL | undefined) {
  return asPages(
    keysetList<PostRow>(name, { time: posts.createdAt, id: posts.id }, (db, place) =>
      selectPosts(db, condition(place))
        .orderBy(...place.order)
        .limit(place.limit),
    ),
  )
}

/** Everybody's posts, without replies. */
export const exploreTimeline = timeline('explore', ({ beyond }) =>
  and(isNull(posts.answeredId), isNull(posts.parentId), beyond),
)

/** One person's posts, without replies to others and without reposts: for feeds and the API. */
export const profileTimeline = timeline('profile', ({ beyond }) =>
  and(eq(posts.userId, given('user')), isNull(posts.answeredId), beyond),
)

/** The posts of a person without replies to others, and what they reposted. */
function profileKeys({ direction, size }: Asked): SQL {
  const written = placeOf(direction, { time: posts.createdAt, id: posts.id }, size)
  const reposted = placeOf(direction, { time: reposts.createdAt, id: reposts.postId }, size)
  const inOrder = ({ order, limit }: Place) =>
    sql`order by ${sql.join(order, sql`, `)} limit ${sql.raw(String(limit))}`
  const order = direction === 'after' ? 'at, post_id, by_id' : 'at desc, post_id desc, by_id desc'
  const own = and(eq(posts.userId, given('user')), isNull(posts.answeredId), written.beyond)
  const others = and(
    eq(reposts.userId, given('user')),
    isUnblocked(reposts.userId),
    hasSeenAuthor(reposts.postId),
    reposted.beyond,
  )
  return sql`select * from (
    select * from (select ${posts.createdAt} as at, ${posts.id} as post_id, 0 as by_id from ${posts}
      where ${own} ${inOrder(written)}) as own
    union all select * from (select ${reposts.createdAt} as at, ${reposts.postId} as post_id, ${reposts.userId} as by_id
      from ${reposts} where ${others} ${inOrder(reposted)}) as others
  ) as entry order by ${sql.raw(order)} limit ${sql.raw(String(size + 1))}`
}

const profileEntries = entryList('profile_entries', (db, asked) => selectEntries(db, profileKeys(asked)))

/** What a profile shows first: the person's posts without replies to others, and their reposts. */
export async function profilePage(
  db: Reader,
  { user, viewer }: { user: number; viewer: AnyViewer },
  cursor: Cursor,
): Promise<Page<Post>> {
  const entries = await profileEntries(db, { user, ...seenBy(viewer) }, cursor)
  const page = entryPage([partOf(entries, cursor)], cursor)
  return { ...page, rows: await postsOf(db, page.rows, viewer) }
}

/** All that one person wrote. */
export const authorTimeline = timeline('author', ({ beyond }) => and(eq(posts.userId, given('user')), beyond))

/** One person's replies to others. */
export const replyTimeline = timeline('profile_replies', ({ beyond }) =>
  and(eq(posts.userId, given('user')), isNotNull(posts.answeredId), beyond),
)

/** Whom the viewer follows. */
export const followedIds = prepared<{ viewer: number }, { id: number }[]>('followed', db =>
  db.select({ id: follows.followedId }).from(follows).where(eq(follows.followerId, viewerId)),
)

/** The posts with a hashtag: one walk along one index, as cheap as a profile. */
export const tagTimeline = asPages(
  keysetList<PostRow>(
    'tag',
    { time: hashtags.createdAt, id: hashtags.postId },
    (db, { beyond, order, limit }) =>
      selectPosts(db, and(eq(hashtags.tag, given('tag')), beyond))
        .innerJoin(hashtags, eq(hashtags.postId, posts.id))
        .orderBy(...order)
        .limit(limit),
  ),
)

export type TagCount = { tag: string; posts: number }

/** The tags used most among the newest 200 uses: bounded however many posts there are. */
export const trendingTags = prepared<Record<string, never>, TagCount[]>('trending_tags', db => {
  const recent = db
    .select({ tag: hashtags.tag })
    .from(hashtags)
    .orderBy(desc(hashtags.createdAt), desc(hashtags.tag))
    .limit(200)
    .as('recent')
  return db
    .select({ tag: recent.tag, posts: count() })
    .from(recent)
    .groupBy(recent.tag)
    .orderBy(desc(count()), recent.tag)
    .limit(5)
})

/** The tags that a person uses most in their newest 200 posts: bounded however many they have written. */
export const personTags = prepared<{ user: number }, TagCount[]>('person_tags', db => {
  const recent = db
    .select({ id: posts.id })
    .from(posts)
    .where(eq(posts.userId, given('user')))
    .orderBy(desc(posts.createdAt), desc(posts.id))
    .limit(200)
    .as('recent')
  return db
    .select({ tag: hashtags.tag, posts: count() })
    .from(recent)
    .innerJoin(hashtags, eq(hashtags.postId, recent.id))
    .groupBy(hashtags.tag)
    .orderBy(desc(count()), hashtags.tag)
    .limit(5)
})
