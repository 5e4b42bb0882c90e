import { lockPair } from '../blocks/queries.ts'
import { inTurn } from '../database/turns.ts'
import type { RateLimit } from '../limits/queries.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { addCounted, type Counted, kindOf, removeCounted } from './counted.ts'
import { requirePost } from './require-post.ts'

export type CountingRequest = MemberRequest<{ Params: { id: number } }>

/** A like or repost by the viewer of the post of the address, and taking it back, for the form and the API. */
export function countingOf(of: Counted, limit: RateLimit) {
  return {
    /**
     * Twice is harmless.
     * @throws Problem 404 if the viewer does not see the post, 429 after too many
     */
    add({ server, params, viewer }: CountingRequest): Promise<void> {
      return inTurn(server.db, `post:${params.id}`, async tx => {
        await server.rateLimits.consume(tx, limit, viewer.id)
        const post = await requirePost(tx, { params, viewer }, kindOf(of))
        // Else a block at the same moment would leave the row behind.
        if (post.author.id !== viewer.id) await lockPair(tx, viewer.id, post.author.id)
        await addCounted(tx, of, { userId: viewer.id, postId: post.id })
      })
    },

    /** Takes it back, if it is there. */
    remove({ server, params, viewer }: CountingRequest): Promise<void> {
      return inTurn(server.db, `post:${params.id}`, async tx => {
        const { id } = await requirePost(tx, { params, viewer })
        await removeCounted(tx, of, { userId: viewer.id, postIds: [id] })
      })
    },
  }
}
