/** The post of an address: a 404 where the viewer sees none, and a 403 where they may not do what they are about to. */
import type { Reader } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import type { PostAction } from '../people/policy.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { whoMayQuote, whoMayReply } from './audiences.ts'
import type { Post } from './post.ts'
import { findPost } from './queries.ts'

type PostRequest = { params: { id: number }; viewer: AnyViewer }

export async function requirePost(
  db: Reader,
  { params, viewer }: PostRequest,
  action?: PostAction,
): Promise<Post> {
  const post = await findPost(db, params.id, viewer)
  if (!post) throw new Problem(404, 'errors.post_missing')
  if (action && !post.can[action]) throw refusal(post, action)
  return post
}

/** What the viewer may not do with a post, and why. */
export function refusal(post: Post, action: PostAction): Problem {
  const why = action === 'reply' ? whoMayReply(post) : action === 'quote' ? whoMayQuote(post) : null
  return new Problem(403, why?.key, why?.values)
}
