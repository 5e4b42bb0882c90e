import type { RateLimit } from '../limits/queries.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { requirePost } from '../posts/require-post.ts'
import { addMute, removeMute } from './queries.ts'

export const mutingLimit: RateLimit = { name: 'muting', burst: 60, every: 2_000 }

type MuteRequest = MemberRequest<{ Params: { id: number } }>

/**
 * Mutes the thread of the post of the address for the viewer, for the form and the API. Twice is harmless.
 * @throws Problem 404 if they do not see it, 429 after too many
 */
export async function muteThread({ server, params, viewer }: MuteRequest): Promise<void> {
  await server.db.transaction(async tx => {
    await server.rateLimits.consume(tx, mutingLimit, viewer.id)
    const { id, rootId } = await requirePost(tx, { params, viewer }, 'mute')
    await addMute(tx, { userId: viewer.id, rootId: rootId ?? id })
  })
}

/** Notifies the viewer of the thread again. */
export async function unmuteThread({ server, params, viewer }: MuteRequest): Promise<void> {
  await server.db.transaction(async tx => {
    const { id, rootId } = await requirePost(tx, { params, viewer })
    await removeMute(tx, { userId: viewer.id, rootId: rootId ?? id })
  })
}
