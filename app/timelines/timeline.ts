import { type Cursor, cursorQuery, type Page } from '../database/cursor.ts'
import type { Post } from '../posts/queries.ts'

/** A page of posts as the templates show it: `newer` and `older` are where its links lead. */
export type Timeline = { posts: Post[]; newer: string | null; older: string | null }

export function timelineOf(page: Page<Post>, path: string): Timeline {
  return { posts: page.rows, ...pageLinks(page, path) }
}

/** The addresses of the pages next to this one. */
export function pageLinks(page: Page<unknown>, path: string): { newer: string | null; older: string | null } {
  const link = (cursor: Cursor | null) => cursor && path + cursorQuery(cursor)
  return { newer: link(page.newer), older: link(page.older) }
}
