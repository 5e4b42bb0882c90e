/** A post in its thread: what it answers, and what answers it, in a number of statements that no thread makes larger. */
import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import { prepared, type Reader } from '../database/database.ts'
import { isAmongIds, preparedIn } from '../database/prepared-in.ts'
import { posts, threadGaps } from '../database/schema.ts'
import { and, desc, eq, type SQL, sql } from '../database/sql.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { asPages, asPosts, findPosts, type Post, type PostRow, selectPosts } from '../posts/post.ts'

/** A place in a thread. Without a post it is a gap: the post was deleted, or the viewer may not see it. */
export type Place = { id: number; post: Post | null; wasDeleted: boolean }
/** A reply, the first few that stand under it, and how many more do. */
export type Branch = Place & { replies: Place[]; more: number }
export type Thread = {
  /** What the post answers: the first of the thread first, then the nearest. `folded` are left out between. */
  above: Place[]
  folded: number
  /** The author's own continuation, then the other replies, oldest first. */
  below: Branch[]
  /** Where the next page of replies begins. */
  next: ThreadCursor | null
}
/** The (time, id) of the last reply of a page. */
export type ThreadCursor = { time: Date; id: number }

/** The replies of a page. */
export const pageSize = 25
/** Replies that are shown under a reply. */
const nested = 3
/** Of more places above, the first and the nearest are shown. */
const mostAbove = 5
/** No chain is followed further. */
const longestChain = 1_000

type PlaceKey = { id: number; isGap: boolean }
type Key = PlaceKey & { parentId: number; createdAt: Date }
type Given = { post: number; author: number; first: number; time: Date; id: number }

const placeId = sql`place.id`.mapWith(Number)
/** PostgreSQL counts in strings. */
const isGap = sql`place.is_gap`.mapWith(value => Number(value) > 0)

/** The ids of what a post answers, and what that answers, the nearest first. */
const placesAbove = prepared<{ parent: number }, PlaceKey[]>('places_above', db => {
  const parent = sql`coalesce(
    (select ${posts.parentId} from ${posts} where ${posts.id} = above.id),
    (select ${threadGaps.parentId} from ${threadGaps} where ${threadGaps.postId} = above.id))`
  const chain = sql`with recursive above(id, distance) as (
    select ${cast(sql.placeholder('parent'))}, 1
    union all select ${parent}, above.distance + 1 from above
    where above.id is not null and above.distance < ${sql.raw(String(longestChain))})
    select id, distance, (select count(*) from ${threadGaps} where ${threadGaps.postId} = above.id) as is_gap
    from above where id is not null`
  return db.select({ id: placeId, isGap }).from(sql`(${chain}) as place`).orderBy(sql`place.distance`)
})

/** PostgreSQL asks for the type of a value that no column tells. */
function cast(value: unknown): SQL {
  return sql`cast(${value} as bigint)`
}

/** The author's own continuation: their first reply to the post, their first reply to that, and so on. */
const continuation = prepared<{ post: number; author: number }, { id: number }[]>('continuation', db => {
  const firstOwn = (parent: unknown) => sql`(select answer.id from ${posts} as answer
    where answer.parent_id = ${parent} and answer.user_id = ${sql.placeholder('author')}
    order by answer.created_at, answer.id limit 1)`
  const chain = sql`with recursive own(id, distance) as (
    select ${firstOwn(sql.placeholder('post'))}, 1
    union all select ${firstOwn(sql`own.id`)}, own.distance + 1 from own
    where own.id is not null and own.distance < ${sql.raw(String(pageSize))})
    select id, distance from own where id is not null`
  return db.select({ id: placeId }).from(sql`(${chain}) as place`).orderBy(sql`place.distance`)
})

const key = {
  id: placeId,
  isGap,
  parentId: sql`place.parent_id`.mapWith(Number),
  createdAt: sql`place.created_at`.mapWith(posts.createdAt),
}

/** A page of direct replies, but for the one that begins the author's continuation, oldest first. */
const directReplies = prepared<Given, Key[]>('direct_replies', db => {
  const after = sql`(${sql.param(sql.placeholder('time'), posts.createdAt)}, ${sql.placeholder('id')})`
  const size = sql.raw(String(pageSize + 1))
  const replies = sql`select answer.id, answer.parent_id, answer.created_at, 0 as is_gap from ${posts} as answer
    where answer.parent_id = ${sql.placeholder('post')} and answer.id <> ${sql.placeholder('first')}
      and (answer.created_at, answer.id) > ${after}
    order by answer.created_at, answer.id limit ${size}`
  const gaps = sql`select gap.post_id, gap.parent_id, gap.created_at, 1 from ${threadGaps} as gap
    where gap.parent_id = ${sql.placeholder('post')} and (gap.created_at, gap.post_id) > ${after}
    order by gap.created_at, gap.post_id limit ${size}`
  return db
    .select(key)
    .from(sql`(select * from (${replies}) as answers union all select * from (${gaps}) as gaps) as place`)
    .orderBy(sql`place.created_at`, sql`place.id`)
    .limit(pageSize + 1)
})

/** The first replies to each of these places, each found from the one before: no more are read than are returned. */
const nestedReplies = preparedIn<Record<string, never>, Key>('nested_replies', db => {
  const size = sql.raw(String(pageSize))
  const first = (parent: string, after = sql``) => sql`(select answer.id from ${posts} as answer
    where answer.parent_id = ${sql.raw(parent)} ${after} order by answer.created_at, answer.id limit 1)`
  const later = sql`and (answer.created_at, answer.id) >
    ((select ${posts.createdAt} from ${posts} where ${posts.id} = reply.id), reply.id)`
  const parents = sql`select ${posts.id} as id from ${posts} where ${isAmongIds(posts.id)}
    union all select ${threadGaps.postId} from ${threadGaps} where ${isAmongIds(threadGaps.postId)}`
  const replies = sql`with recursive reply(parent_id, id, number) as (
    select parent.id, ${first('parent.id')}, 1 from (${parents}) as parent
    union all select reply.parent_id, ${first('reply.parent_id', later)}, reply.number + 1 from reply
    where reply.id is not null and reply.number < ${size})
    select reply.id, reply.parent_id, found.created_at, 0 as is_gap
    from reply join ${posts} as found on found.id = reply.id`
  const gaps = sql`select gap.post_id, gap.parent_id, gap.created_at, 1 from ${threadGaps} as gap
    where ${isAmongIds(sql`gap.parent_id`)}`
  return db
    .select(key)
    .from(sql`(select * from (${replies}) as replies union all ${gaps}) as place`)
    .orderBy(sql`place.created_at`, sql`place.id`)
})

/** The direct replies that the viewer sees, for pages that hold nothing else: without gaps, and full. */
const visibleReplies = asPages(
  keysetList<PostRow>('visible_replies', { time: posts.createdAt, id: posts.id }, (db, place) =>
    selectPosts(db, and(eq(posts.parentId, sql.placeholder('post')), place.beyond))
      .orderBy(...place.order)
      .limit(place.limit),
  ),
)

/** A page of direct replies, oldest first: what is next is newer. */
export async function listReplies(
  db: Reader,
  { post, viewer }: { post: number; viewer: AnyViewer },
  cursor: Cursor,
): Promise<Page<Post>> {
  const page = await visibleReplies(db, { post, viewer }, { ...cursor, direction: 'after' })
  return { rows: page.rows.toReversed(), older: page.newer, newer: null }
}

const newestOfThread = asPosts(
  prepared('newest_of_thread', db =>
    selectPosts(db, eq(posts.rootId, sql.placeholder('root')))
      .orderBy(desc(posts.createdAt), desc(posts.id))
      .limit(pageSize),
  ),
)

/** The newest posts of the whole thread in which the post stands, but for the first, which answers nothing. */
export function newestInThread(db: Reader, { id, rootId }: Post, viewer: AnyViewer): Promise<Post[]> {
  return newestOfThread(db, { root: rootId ?? id, viewer })
}

/** The thread of a post as the viewer sees it, from the first replies on or from a cursor. */
export async function findThread(
  db: Reader,
  post: Post,
  { viewer, cursor }: { viewer: AnyViewer; cursor: ThreadCursor | null },
): Promise<Thread> {
  const [chain, own] = await Promise.all([
    post.parentId ? placesAbove(db, { parent: post.parentId }) : [],
    continuation(db, { post: post.id, author: post.author.id }),
  ])
  const start = cursor ?? { time: new Date(0), id: 0 }
  const direct = await directReplies(db, {
    post: post.id,
    author: post.author.id,
    first: own[0]?.id ?? 0,
    ...start,
  })
  const shown = direct.slice(0, pageSize)
  const last = shown.at(-1)
  const below = [...(cursor ? [] : own.map(({ id }) => ({ id, isGap: false }))), ...shown]
  const under = await nestedReplies(db, idsOf(below), {})
  const above = fold(chainFromRoot(chain, post))
  const placeOf = placesIn(await findPosts(db, idsOf([...above, ...below, ...under]), viewer))
  const continued = new Set(idsOf(own))
  const continuing = new Set(idsOf(own.slice(0, -1)))
  const branch = (key: PlaceKey) => {
    const replies = under.filter(isUnder(key, continued)).map(placeOf)
    return branchOf(placeOf(key), replies, continuing.has(key.id) ? 1 : 0)
  }
  return {
    above: above.map(placeOf),
    folded: Math.max(chain.length - above.length, 0),
    below: below.map(branch),
    next: direct.length > pageSize && last ? { time: last.createdAt, id: last.id } : null,
  }
}

function idsOf(keys: { id: number }[]): number[] {
  return keys.map(({ id }) => id)
}

/** The chain above a post, the first of the thread first: also of one that is not followed to its end. */
function chainFromRoot(chain: PlaceKey[], { rootId }: Post): PlaceKey[] {
  const fromRoot = chain.toReversed()
  if (rootId && chain.length >= longestChain) fromRoot.unshift({ id: rootId, isGap: false })
  return fromRoot
}

/** Leaves out the middle of a long chain. */
function fold(keys: PlaceKey[]): PlaceKey[] {
  return keys.length > mostAbove ? [...keys.slice(0, 1), ...keys.slice(1 - mostAbove)] : keys
}

function placesIn(found: Post[]): (key: PlaceKey) => Place {
  const byId = new Map(found.map(post => [post.id, post]))
  return ({ id, isGap }) => ({ id, post: byId.get(id) ?? null, wasDeleted: isGap })
}

/** What continues the post stands beside what it answers, not under it. */
function isUnder(parent: PlaceKey, continued: Set<number>): (key: Key) => boolean {
  return ({ id, parentId }) => parentId === parent.id && !continued.has(id)
}

/** `beside`: how many replies to it stand beside it. Under a gap all are shown, because it has no page of its own. */
function branchOf(place: Place, replies: Place[], beside: number): Branch {
  const shown = place.post ? replies.slice(0, nested) : replies
  const others = shown.filter(({ wasDeleted }) => !wasDeleted).length + beside
  return { ...place, replies: shown, more: Math.max((place.post?.replyCount ?? 0) - others, 0) }
}
