/** A post as everything shows it: what it holds, and the one select and the one mapper that read it. */
import type { CacheTag } from '../database/cache-tags.ts'
import type { Cursor, Page } from '../database/cursor.ts'
import type { Reader, Values } from '../database/database.ts'
import { columnsIn, type Field, type Place } from '../database/fields.ts'
import { posts, users } from '../database/schema.ts'
import { and, eq, type SQL } from '../database/sql.ts'
import { type PostAction, postPermissions } from '../people/policy.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { seenBy, visiblePosts } from '../people/visibility.ts'

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
  submission: { column: posts.submission, internal: 'the digest of the form that sent it' },
} as const satisfies Record<keyof typeof posts.$inferSelect, Field>

/** A count of something, or what the viewer did with the post, is one more column here. */
const columns = {
  ...columnsIn(postFields, 'public'),
  author: { id: users.id, username: users.username, displayName: users.displayName },
}

export type Author = { id: number; username: string; displayName: string }
export type PostRow = Awaited<ReturnType<typeof selectAnyPosts>>[number]
export type Post = PostRow & { can: Record<PostAction, boolean> }

/** The posts that meet the condition and that the viewer sees; `asPosts` or `asPages` runs the query made of it. */
export function selectPosts(db: Reader, condition: SQL | undefined) {
  return selectAnyPosts(db, and(condition, visiblePosts()))
}

/** The same for a condition that asks itself who sees the posts. */
export function selectAnyPosts(db: Reader, condition: SQL | undefined) {
  return db.select(columns).from(posts).innerJoin(users, eq(users.id, posts.userId)).where(condition)
}

function postOf(row: PostRow, viewer: AnyViewer): Post {
  return { ...row, can: postPermissions(viewer, row) }
}

type Given = Values & { viewer: AnyViewer }

/** Runs a query of `selectPosts` for a viewer, and maps its rows. */
export function asPosts(query: (db: Reader, values: Values) => Promise<PostRow[]>) {
  return async (db: Reader, { viewer, ...values }: Given): Promise<Post[]> => {
    const rows = await query(db, { ...values, ...seenBy(viewer) })
    return rows.map(row => postOf(row, viewer))
  }
}

/** The same with a keyset list. */
export function asPages(list: (db: Reader, values: Values, cursor: Cursor) => Promise<Page<PostRow>>) {
  return async (db: Reader, { viewer, ...values }: Given, cursor: Cursor): Promise<Page<Post>> => {
    const page = await list(db, { ...values, ...seenBy(viewer) }, cursor)
    return { ...page, rows: page.rows.map(row => postOf(row, viewer)) }
  }
}

/** The cache tags of a page that shows these posts and their authors' names. */
export function postTags(shown: Post[]): CacheTag[] {
  return shown.flatMap(({ id, author }): CacheTag[] => [`post:${id}`, `person:${author.id}`])
}
