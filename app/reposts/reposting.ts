import { lockPair } from '../blocks/queries.ts'
import { inTurn } from '../database/turns.ts'
import type { RateLimit } from '../limits/queries.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { addCounted, removeCounted } from '../posts/counted.ts'
import { requirePost } from '../posts/require-post.ts'

export const repostingLimit: RateLimit = { name: 'reposting', burst: 30, every: 10_000 }

type RepostRequest = MemberRequest<{ Params: { id: number } }>

/**
 * The viewer passes the post of the address on, for the form and the API. Twice is harmless, and one's own may be.
 * @throws Problem 404 if they do not see it, 429 after too many
 */
export async function repost({ server, params, viewer }: RepostRequest): Promise<void> {
  await inTurn(server.db, `post:${params.id}`, async tx => {
    await server.rateLimits.consume(tx, repostingLimit, viewer.id)
    const post = await requirePost(tx, { params, viewer }, 'repost')
    // Else a block at the same moment would leave the repost behind.
    if (post.author.id !== viewer.id) await lockPair(tx, viewer.id, post.author.id)
    tx.invalidates(`author:${viewer.id}`)
    await addCounted(tx, 'reposts', { userId: viewer.id, postId: post.id })
  })
}

/** Takes the repost back, if there is one. */
export async function undoRepost({ server, params, viewer }: RepostRequest): Promise<void> {
  await inTurn(server.db, `post:${params.id}`, async tx => {
    const post = await requirePost(tx, { params, viewer })
    tx.invalidates(`author:${viewer.id}`)
    await removeCounted(tx, 'reposts', { userId: viewer.id, postIds: [post.id] })
  })
}
