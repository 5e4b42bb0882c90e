import { type Page, pageLinks } from '../database/cursor.ts'
import type { Post } from '../posts/post.ts'

/** A page of posts as the templates show it: `newer` and `older` are where its links lead. */
export type Timeline = { posts: Post[]; newer: string | null; older: string | null }

export function timelineOf(page: Page<Post>, path: string): Timeline {
  return { posts: page.rows, ...pageLinks(page, path) }
}
