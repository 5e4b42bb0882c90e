/** Publishes posts with what they quote, for every form and the API. */
import type { FastifyRequest } from 'fastify'
import { FieldProblem } from '../api/problems.ts'
import { lockPair } from '../blocks/queries.ts'
import type { Writer } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import type { Viewer } from '../people/viewer.ts'
import type { Post } from '../posts/post.ts'
import { type Draft, findPost, publishPost } from '../posts/queries.ts'
import { refusal } from '../posts/require-post.ts'
import { type PostLink, withoutLinkAtEnd } from './links.ts'

/** What a draft is to quote: a post that was chosen, or else the last one that its text links to. */
export type Quoting = { chosen: number | null; link: PostLink | null }
export type QuotingDraft = Draft & { quoting: Quoting }

/**
 * Publishes a post of the viewer's, and returns its id. A link to a post that may not be quoted stays a link.
 * @throws Problem 404 if the chosen post is gone or not to be seen, 403 if the viewer may not quote it
 */
export async function publishQuoting(
  tx: Writer,
  { viewer, draft: { quoting, ...draft } }: { viewer: Viewer; draft: QuotingDraft },
  now: Date,
): Promise<number> {
  const { chosen, link } = quoting
  const id = chosen ?? link?.postId
  const quoted = id === undefined ? undefined : await findPost(tx, id, viewer)
  const problem = unquotable(quoted)
  if (problem && chosen !== null) throw problem
  if (!quoted?.can.quote) return publishPost(tx, draft, now)
  // Else a block at the same moment would leave the notice of the quote behind.
  if (quoted.author.id !== viewer.id) await lockPair(tx, viewer.id, quoted.author.id)
  const body = chosen === null && link ? withoutLinkAtEnd(draft.body, link) : draft.body
  return publishPost(tx, { ...draft, body, quoted }, now)
}

/** Why the viewer for whom a post was looked up cannot quote it; null: they can. */
export function unquotable(post: Post | undefined): Problem | null {
  if (!post) return new Problem(404, 'quotes.missing')
  return post.can.quote ? null : refusal(post, 'quote')
}

/** For a promise's `catch` in the API: a quoted post or a picture that is gone is a wrong field of the body. */
export function catchMissing({ t }: FastifyRequest): (error: unknown) => never {
  return error => {
    if (error instanceof Problem && error.key === 'quotes.missing')
      throw new FieldProblem(422, { quotedId: t(error.key) })
    if (error instanceof Problem && error.key === 'images.gone')
      throw new FieldProblem(422, { images: t(error.key) })
    throw error
  }
}
