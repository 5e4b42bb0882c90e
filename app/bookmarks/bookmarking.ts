import type { RateLimit } from '../limits/queries.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { requirePost } from '../posts/require-post.ts'
import { addBookmark, removeBookmark } from './queries.ts'

export const bookmarkingLimit: RateLimit = { name: 'bookmarking', burst: 60, every: 2_000 }

type BookmarkRequest = MemberRequest<{ Params: { id: number } }>

/**
 * Keeps the post of the address for the viewer, for the form and the API. Twice is harmless.
 * @throws Problem 404 if they do not see it, 429 after too many
 */
export async function bookmarkPost({ server, params, viewer }: BookmarkRequest): Promise<void> {
  await server.db.transaction(async tx => {
    await server.rateLimits.consume(tx, bookmarkingLimit, viewer.id)
    const { id } = await requirePost(tx, { params, viewer }, 'bookmark')
    await addBookmark(tx, { userId: viewer.id, postId: id })
  })
}

/** Takes the bookmark away, if there is one. */
export async function unbookmarkPost({ server, params, viewer }: BookmarkRequest): Promise<void> {
  await server.db.transaction(async tx => {
    const { id } = await requirePost(tx, { params, viewer })
    await removeBookmark(tx, { userId: viewer.id, postId: id })
  })
}
