/** What is answered under a post, however deep, for the page of its thread to show what has come since. */
import { type Cursor, keysetList, type Page } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import { posts } from '../database/schema.ts'
import { and, eq, sql } from '../database/sql.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { asPages, type Post, type PostRow, selectPosts } from '../posts/post.ts'

/** Whether the post is under another of its thread; all are under the first, even where a gap is between. */
const isUnder = sql`(${sql.placeholder('post')} = ${posts.rootId} or exists (
  with recursive above(parent_id) as (
    select ${posts.parentId}
    union all select answered.parent_id from ${posts} as answered join above on answered.id = above.parent_id)
  select 1 from above where above.parent_id = ${sql.placeholder('post')}))`

const repliesUnder = asPages(
  keysetList<PostRow>('new_replies', { time: posts.createdAt, id: posts.id }, (db, place) =>
    selectPosts(db, and(eq(posts.rootId, sql.placeholder('root')), isUnder, place.beyond))
      .orderBy(...place.order)
      .limit(place.limit),
  ),
)

/** A page of the posts under a post that the viewer sees. */
export function newReplies(
  db: Reader,
  { post, viewer }: { post: Post; viewer: AnyViewer },
  cursor: Cursor,
): Promise<Page<Post>> {
  return repliesUnder(db, { post: post.id, root: post.rootId ?? post.id, viewer }, cursor)
}
