import { createHash, randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { alsoComplain, type Complaints, complaintsOf, isBlank } from '../plugins/forms.ts'
import { graphemeCount } from './text.ts'

/** What the database holds at the most, in code points, whatever POST_MAX_LENGTH says. */
export const bodyCeiling = 4000

export const PostForm = Type.Object({
  body: Type.String({ default: '' }),
  submission: Type.Optional(Type.String({ maxLength: 100 })),
})
export type PostForm = Type.Static<typeof PostForm>

export const PostParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) })
export type PostParams = Type.Static<typeof PostParams>

/** What was typed before signing in again; it may well be too long. */
export const NewPostQuery = Type.Object({ body: Type.Optional(Type.String({ maxLength: 20_000 })) })
export type NewPostQuery = Type.Static<typeof NewPostQuery>

/** What is wrong with the words of a post; `postMaxLength` counts graphemes. */
export function judgePost(request: FastifyRequest<{ Body: PostForm }>): Complaints {
  const body = request.body.body.trim()
  const limit = request.server.config.postMaxLength
  const over = Math.max(graphemeCount(body) - limit, [...body].length - bodyCeiling)
  return alsoComplain(request, complaintsOf(request), {
    body: isBlank(body) ? 'posts.blank' : over > 0 && { key: 'posts.too_long', values: { limit, over } },
  })
}

/** Names one rendering of a form, so that sending it twice is known as such. */
export function newSubmission(): string {
  return randomUUID()
}

/** The same person, form and words: the same post. Other words from a form gone back to are another post. */
export function submissionDigest(userId: number, { submission, body }: PostForm): string | null {
  if (!submission) return null
  return createHash('sha256').update(`${userId}\0${submission}\0${body}`).digest('base64url')
}
