import { Problem } from '../http/errors.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { requirePost } from '../posts/require-post.ts'
import { maxPins, pin, unpin } from './queries.ts'

type PinRequest = MemberRequest<{ Params: { id: number } }>

/**
 * Pins the post of the address to its author's profile, for the form and the API. Twice is harmless.
 * @throws Problem 403 if it is another person's, 409 if as many are pinned as may be
 */
export async function pinPost({ server, params, viewer }: PinRequest): Promise<void> {
  await server.db.transaction(async tx => {
    const { id, author } = await requirePost(tx, { params, viewer }, 'pin')
    const isPinned = await pin(tx, { id, userId: author.id }, new Date())
    if (!isPinned) throw new Problem(409, 'pins.full', { limit: maxPins })
  })
}

/** Takes the pin off, if there is one. */
export async function unpinPost({ server, params, viewer }: PinRequest): Promise<void> {
  await server.db.transaction(async tx => {
    const { id, author } = await requirePost(tx, { params, viewer }, 'pin')
    await unpin(tx, { id, userId: author.id })
  })
}
