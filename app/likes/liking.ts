import { lockPair } from '../blocks/queries.ts'
import { inTurn } from '../database/turns.ts'
import type { RateLimit } from '../limits/queries.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { addCounted, removeCounted } from '../posts/counted.ts'
import { requirePost } from '../posts/require-post.ts'

export const likingLimit: RateLimit = { name: 'liking', burst: 60, every: 2_000 }

export type LikeRequest = MemberRequest<{ Params: { id: number } }>

/**
 * The viewer likes the post of the address, for the form and the API. Twice is harmless.
 * @throws Problem 404 if they do not see it, 429 after too many
 */
export async function likePost({ server, params, viewer }: LikeRequest): Promise<void> {
  await inTurn(server.db, `post:${params.id}`, async tx => {
    await server.rateLimits.consume(tx, likingLimit, viewer.id)
    const post = await requirePost(tx, { params, viewer }, 'like')
    // Else a block at the same moment would leave the like behind.
    if (post.author.id !== viewer.id) await lockPair(tx, viewer.id, post.author.id)
    await addCounted(tx, 'likes', { userId: viewer.id, postId: post.id })
  })
}

/** Takes the like back, if there is one. */
export async function unlikePost({ server, params, viewer }: LikeRequest): Promise<void> {
  await inTurn(server.db, `post:${params.id}`, async tx => {
    const { id } = await requirePost(tx, { params, viewer })
    await removeCounted(tx, 'likes', { userId: viewer.id, postIds: [id] })
  })
}
