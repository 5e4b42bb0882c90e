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

/**
 * Publishes posts of the viewer's of which each answers the one before, the first the `parent` if there is one: all of
 * them or none. Returns their ids.
 */
export async function publishThread(
  tx: Writer,
  { viewer, parent, drafts }: { viewer: Viewer; parent?: Post; drafts: QuotingDraft[] },
  now: Date,
): Promise<number[]> {
  const ids: number[] = []
  for (const draft of drafts) {
    const last = ids.at(-1)
    const above = last === undefined ? parent : await findPost(tx, last, viewer)
    // The account was closed meanwhile.
    if (last !== undefined && !above) throw new Problem(404, 'errors.post_missing')
    const id = above
      ? await publishReply(tx, { viewer, parent: above, draft }, now)
      : await publishQuoting(tx, { viewer, draft }, now)
    ids.push(id)
  }
  return ids
}
