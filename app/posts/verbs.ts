/**
 * The buttons of a post that do one thing at one press, and take it back at the next: POST /posts/42/like and
 * /posts/42/like/delete. All of a page send one form (views/layouts/application.eta), with the page's path as `next`.
 */
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { IdParams } from '../http/params.ts'
import { returnPath } from '../http/return-path.ts'
import type { Pages } from '../http/views.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { NextQuery } from '../sessions/forms.ts'
import type { Post } from './post.ts'
import { requirePost } from './require-post.ts'

const VerbForm = Type.Object({
  ...NextQuery.properties,
  /** Sent by public/js/post-verbs.js, which puts the answer in the button's place. */
  fragment: Type.Optional(Type.String()),
})
type VerbForm = Type.Static<typeof VerbForm>

export const verbSchema = { params: IdParams, body: VerbForm }
export type VerbRequest = MemberRequest<{ Params: IdParams; Body: VerbForm }>

/** The views that show a post and nothing else. */
type PostView = { [View in keyof Pages]: { post: Post } extends Pages[View] ? View : never }[keyof Pages]

/**
 * Answers a press: for a script, `view` is the button as it is now; otherwise the same post of the same list is shown
 * again.
 */
export async function answerVerb(request: VerbRequest, reply: FastifyReply, view: PostView) {
  const { body, params, server } = request
  if (body.fragment !== undefined)
    return reply.fragment(view, { post: await requirePost(server.db, request) })
  const page = returnPath(body.next ?? `/posts/${params.id}`)
  return reply.redirect(`${page}#post-${params.id}`, 303)
}
