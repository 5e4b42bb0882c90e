/** A post as everything shows it: what it holds, and the one select and the one mapper that read it. */
import type { CacheTag } from '../database/cache-tags.ts'
import type { Cursor, Page } from '../database/cursor.ts'
import type { Reader, Values } from '../database/database.ts'
import { columnsIn, type Field, type Place } from '../database/fields.ts'
import { isAmongIds, preparedIn } from '../database/prepared-in.ts'
import { bookmarks, likes, posts, reposts, threadMutes, users } from '../database/schema.ts'
import { and, eq, type SQL, sql } from '../database/sql.ts'
import { type Image, imagesOf } from '../images/queries.ts'
import { type Author, authorColumns } from '../people/person.ts'
import { type PostAction, postPermissions } from '../people/policy.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { hasBlockedQuote, seenBy, viewerId, visiblePosts } from '../people/visibility.ts'
import { audienceBars } from './audiences.ts'

const everywhere = ['public', 'personalExport', 'siteExport'] as const satisfies Place[]

/** The one list of what a post holds: pages, the API, exports and imports derive their fields from it. */
export const postFields = {
  id: { column: posts.id, shown: everywhere },
  /** The site's export names the author, and posts are selected with theirs. */
  userId: { column: posts.userId, shown: ['siteExport'] },
  body: { column: posts.body, shown: everywhere },
  /** An import finds them in the body again. */
  entities: { column: posts.entities, shown: ['public', 'personalExport'] },
  language: { column: posts.language, shown: everywhere },
  createdAt: { column: posts.createdAt, shown: everywhere },
  editedAt: { column: posts.editedAt, shown: everywhere },
  parentId: { column: posts.parentId, shown: everywhere },
  rootId: { column: posts.rootId, internal: 'follows from what is answered' },
  answeredId: { column: posts.answeredId, internal: 'follows from what is answered' },
  repliesFrom: { column: posts.repliesFrom, shown: everywhere },
  quotesFrom: { column: posts.quotesFrom, shown: everywhere },
  quotedId: { column: posts.quotedId, shown: everywhere },
  quoteDetached: { column: posts.quoteDetached, shown: everywhere },
  contentWarning: { column: posts.contentWarning, shown: everywhere },
  pinnedAt: { column: posts.pinnedAt, shown: everywhere },
  likeCount: { column: posts.likeCount, shown: ['public', 'personalExport'] },
  repostCount: { column: posts.repostCount, shown: ['public', 'personalExport'] },
  imageCount: { column: posts.imageCount, internal: 'counts its images' },
  submission: { column: posts.submission, internal: 'the digest of the form that sent it' },
} as const satisfies Record<keyof typeof posts.$inferSelect, Field>

/** Whether the viewer has a row about the post in a table. */
function hasRow(table: typeof likes | typeof reposts | typeof bookmarks) {
  return sql`exists (select 1 from ${table} as own where own.post_id = ${posts.id} and own.user_id = ${viewerId})`.mapWith(
    Boolean,
  )
}

/** What the API shows. A count of something, or what the viewer did with the post, is one more column here. */
export const shownColumns = {
  ...columnsIn(postFields, 'public'),
  author: authorColumns,
  replyCount: sql`(select count(*) from ${posts} as answer where answer.parent_id = ${posts.id})`.mapWith(
    Number,
  ),
  quoteCount: sql`(select count(*) from ${posts} as quote where quote.quoted_id = ${posts.id})`.mapWith(
    Number,
  ),
  liked: hasRow(likes),
  reposted: hasRow(reposts),
  bookmarked: hasRow(bookmarks),
  threadMuted: sql`exists (select 1 from ${threadMutes} as mute
    where mute.user_id = ${viewerId} and mute.root_id = coalesce(${posts.rootId}, ${posts.id}))`.mapWith(
    Boolean,
  ),
}

const columns = {
  ...shownColumns,
  imageCount: posts.imageCount,
  rootId: posts.rootId,
  answeredId: posts.answeredId,
  ...audienceBars,
  /** Its author and that of the quoted post have blocked each other. */
  isQuoteBlocked: hasBlockedQuote,
}

/** What is shown of a post beside one that answers it or quotes it. */
const relatedColumns = {
  id: posts.id,
  body: posts.body,
  entities: posts.entities,
  language: posts.language,
  createdAt: posts.createdAt,
  contentWarning: posts.contentWarning,
  imageCount: posts.imageCount,
  quotedId: posts.quotedId,
  author: columns.author,
  isQuoteBlocked: hasBlockedQuote,
}

export type PostRow = Awaited<ReturnType<typeof selectAnyPosts>>[number]
/** What a post answers or quotes. */
export type RelatedPost = RelatedRow & { images: Image[] }
type RelatedRow = Pick<PostRow, keyof typeof relatedColumns>
/** Who passed a post on, and when. */
export type Repost = { by: Author; at: Date }
/** The place of a post in a list that has reposts, too: when it was written, or passed on by somebody whose id is not 0. */
export type Entry = { id: number; at: Date; by: Author }
/**
 * `images`: its pictures, in their order. `parent`: what it answers, and `quoted`: what it shows as a card, if the viewer
 * sees that. `repost`: why it stands in a list at its place.
 */
export type Post = PostRow & {
  can: Record<PostAction, boolean>
  images: Image[]
  parent: RelatedPost | null
  quoted: RelatedPost | null
  repost: Repost | null
}

/** The posts that meet the condition and that the viewer sees; `asPosts` or `asPages` runs the query made of it. */
export function selectPosts(db: Reader, condition: SQL | undefined) {
  return selectAnyPosts(db, and(condition, visiblePosts()))
}

/** The same for a condition that asks itself who sees the posts. */
export function selectAnyPosts(db: Reader, condition: SQL | undefined) {
  return db.select(columns).from(posts).innerJoin(users, eq(users.id, posts.userId)).where(condition)
}

/** Where an entry stands, and who passed the post on; 0 is nobody. */
const entryColumns = {
  at: sql`entry.at`.mapWith(reposts.createdAt),
  by: {
    id: sql`entry.by_id`.mapWith(Number),
    username: sql<string>`reposter.username`,
    displayName: sql<string>`reposter.display_name`,
    avatar: sql<string | null>`reposter.avatar`,
  },
}

/** The entries of a list that has reposts, too: the posts of `keys`, which are the columns at, post_id and by_id. */
export function selectEntries(db: Reader, keys: SQL) {
  return db
    .select({ ...columns, ...entryColumns })
    .from(sql`(${keys}) as entry`)
    .innerJoin(posts, sql`${posts.id} = entry.post_id`)
    .innerJoin(users, eq(users.id, posts.userId))
    .leftJoin(sql`${users} as reposter`, sql`reposter.id = entry.by_id`)
    .where(visiblePosts())
}

/** The keys alone, for a list that picks its posts from more of them; with the column is_post. */
export function selectKeys(db: Reader, keys: SQL) {
  const isPost = sql`entry.is_post`.mapWith(Boolean)
  return db
    .select({ id: sql`entry.post_id`.mapWith(Number), isPost, ...entryColumns })
    .from(sql`(${keys}) as entry`)
    .leftJoin(sql`${users} as reposter`, sql`reposter.id = entry.by_id`)
}

const postsOfIds = preparedIn<{ viewer: number }, PostRow>('posts_of_ids', db =>
  selectPosts(db, isAmongIds(posts.id)),
)

const relatedOfIds = preparedIn<{ viewer: number }, RelatedRow>('related_posts', db =>
  db
    .select(relatedColumns)
    .from(posts)
    .innerJoin(users, eq(users.id, posts.userId))
    .where(and(isAmongIds(posts.id), visiblePosts())),
)

/** Maps rows for a viewer: at most two statements more, for what they answer and quote, and for pictures. */
export async function postsOf(
  db: Reader,
  rows: (PostRow & Partial<Entry>)[],
  viewer: AnyViewer,
): Promise<Post[]> {
  const ids = new Set(rows.flatMap(row => [row.parentId ?? [], shownQuote(row) ?? []].flat()))
  const relatedRows = await relatedOfIds(db, [...ids], seenBy(viewer))
  const images = await imagesOf(db, [...rows, ...relatedRows])
  const imagesOfRow = ({ id }: { id: number }) => images.get(id) ?? []
  const related = new Map(relatedRows.map(row => [row.id, { ...row, images: imagesOfRow(row) }]))
  return rows.map(row => {
    const { at, by } = row
    const parent = (row.parentId && related.get(row.parentId)) || null
    const quoted = related.get(shownQuote(row) ?? 0) ?? null
    const can = postPermissions(viewer, { ...row, quoted })
    return { ...row, can, images: imagesOfRow(row), parent, quoted, repost: at && by?.id ? { at, by } : null }
  })
}

/** The post whose card a post shows, to people who see that one; null: none. */
export function shownQuote({
  quotedId,
  isQuoteBlocked,
}: Pick<PostRow, 'quotedId' | 'isQuoteBlocked'>): number | null {
  return isQuoteBlocked ? null : quotedId
}

/** The posts of these entries that the viewer sees, in the same order. */
export async function findEntries(db: Reader, entries: Entry[], viewer: AnyViewer): Promise<Post[]> {
  const ids = entries.map(({ id }) => id)
  const found = new Map((await postsOfIds(db, ids, seenBy(viewer))).map(row => [row.id, row]))
  const rows = entries.flatMap(entry => {
    const row = found.get(entry.id)
    return row ? [{ ...row, ...entry }] : []
  })
  return postsOf(db, rows, viewer)
}

/** The posts of these ids that the viewer sees, in any order. */
export async function findPosts(db: Reader, ids: number[], viewer: AnyViewer): Promise<Post[]> {
  return postsOf(db, await postsOfIds(db, ids, seenBy(viewer)), viewer)
}

type Given = Values & { viewer: AnyViewer }

/** Runs a query of `selectPosts` for a viewer, and maps its rows. */
export function asPosts(query: (db: Reader, values: Values) => Promise<PostRow[]>) {
  return async (db: Reader, { viewer, ...values }: Given): Promise<Post[]> => {
    const rows = await query(db, { ...values, ...seenBy(viewer) })
    return postsOf(db, rows, viewer)
  }
}

/** The same with a keyset list. */
export function asPages(list: (db: Reader, values: Values, cursor: Cursor) => Promise<Page<PostRow>>) {
  return async (db: Reader, { viewer, ...values }: Given, cursor: Cursor): Promise<Page<Post>> => {
    const page = await list(db, { ...values, ...seenBy(viewer) }, cursor)
    return { ...page, rows: await postsOf(db, page.rows, viewer) }
  }
}

/** The same with a keyset list of ids, in an order of its own. */
export function asPagesOfIds(
  list: (db: Reader, values: Values, cursor: Cursor) => Promise<Page<{ id: number }>>,
) {
  return async (db: Reader, { viewer, ...values }: Given, cursor: Cursor): Promise<Page<Post>> => {
    const page = await list(db, { ...values, ...seenBy(viewer) }, cursor)
    const ids = page.rows.map(({ id }) => id)
    const found = new Map((await findPosts(db, ids, viewer)).map(post => [post.id, post]))
    return { ...page, rows: ids.flatMap(id => found.get(id) ?? []) }
  }
}

/**
 * The cache tags of a page that shows these posts, what they answer and quote, the rules of their threads, and the names
 * of their authors and of who reposted them.
 */
export function postTags(shown: Post[]): CacheTag[] {
  return shown.flatMap(({ id, author, parentId, rootId, quotedId, parent, quoted, repost }): CacheTag[] => [
    ...[id, parentId, rootId, quotedId].flatMap((post): CacheTag[] => (post ? [`post:${post}`] : [])),
    ...[author, parent?.author, quoted?.author, repost?.by].flatMap((person): CacheTag[] =>
      person ? [`person:${person.id}`] : [],
    ),
  ])
}
