import { keysetList, type Page, type Place, pageLinks } from '../database/cursor.ts'
import { prepared } from '../database/database.ts'
import { follows, hashtags, posts } from '../database/schema.ts'
import { and, count, desc, eq, given, isNotNull, isNull, type SQL } from '../database/sql.ts'
import { viewerId } from '../people/visibility.ts'
import { asPages, type Post, type PostRow, selectPosts } from '../posts/post.ts'

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

/** One person's posts, without replies to others. */
export const profileTimeline = timeline('profile', ({ beyond }) =>
  and(eq(posts.userId, given('user')), isNull(posts.answeredId), beyond),
)

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
