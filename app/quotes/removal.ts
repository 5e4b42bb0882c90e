import type { Writer } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { requirePost } from '../posts/require-post.ts'
import { removeQuote } from './queries.ts'

/**
 * Takes out what the post of the address quotes, for the form and the API. The author of either post may; twice is
 * harmless.
 * @throws Problem 404 if the viewer does not see the post, 403 for others
 */
export async function takeOutQuote(
  tx: Writer,
  request: { params: { id: number }; viewer: AnyViewer },
): Promise<void> {
  const post = await requirePost(tx, request)
  if (post.quotedId === null) return
  if (!post.can.unquote) throw new Problem(403)
  await removeQuote(tx, post)
}
