import { lockPair } from '../blocks/queries.ts'
import type { Writer } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import type { Viewer } from '../people/viewer.ts'
import { lockThread } from '../posts/gaps.ts'
import type { Post } from '../posts/post.ts'
import { findPost } from '../posts/queries.ts'
import { refusal } from '../posts/require-post.ts'
import { publishQuoting, type QuotingDraft } from '../quotes/publishing.ts'

/**
 * Publishes a reply of the viewer's, for the form and the API, and returns its id.
 * @throws Problem 404 if the post was deleted meanwhile, or one of the two has blocked the other; 403 if the viewer is
 * not among those who may reply any more
 */
export async function publishReply(
  tx: Writer,
  { viewer, parent, draft }: { viewer: Viewer; parent: Post; draft: QuotingDraft },
  now: Date,
): Promise<number> {
  await lockThread(tx, parent.rootId ?? parent.id)
  if (parent.author.id !== viewer.id) await lockPair(tx, viewer.id, parent.author.id)
  const present = await findPost(tx, parent.id, viewer)
  if (!present) throw new Problem(404, 'errors.post_missing')
  if (!present.can.reply) throw refusal(present, 'reply')
  return publishQuoting(tx, { viewer, draft: { ...draft, parent: present } }, now)
}
