/** Finds the person of a URL by their current or former username, or answers 404. */
import type { FastifyReply } from 'fastify'
import type { Reader } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import { returnPath } from '../http/return-path.ts'
import type { LocaleKey } from '../locales/translate.ts'
import { can } from '../people/policy.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { findPerson, findProfile, type Profile } from './queries.ts'

type Named = { username: string }

export function profileNotFound({ username }: Named): Problem {
  return new Problem(404, 'errors.profile_missing', { username })
}

const refusals = { follow: 'follows.oneself', block: 'blocks.oneself' } as const

/**
 * The person of an address, for the viewer who is about to do something with them. Whether there is a block between
 * the two, only the transaction that does it can say.
 * @throws Problem 404 without such a person, 422 for oneself
 */
export async function requirePerson(
  db: Reader,
  { params, viewer }: { params: Named; viewer: AnyViewer },
  action?: keyof typeof refusals,
) {
  const person = await findPerson(db, params.username)
  if (!person) throw profileNotFound(params)
  if (action && !can(viewer, action, person)) throw new Problem(422, refusals[action])
  return person
}

/** The profile as the viewer sees it. */
export async function requireProfile(
  db: Reader,
  { params }: { params: Named },
  viewer: AnyViewer,
): Promise<Profile> {
  const profile = await findProfile(db, params.username, viewer)
  if (!profile) throw profileNotFound(params)
  return profile
}

/** Answers a form about a person: says what was done, at its `next` or else on their profile. */
export function goBack(
  reply: FastifyReply,
  done: LocaleKey,
  { displayName, username, next }: Named & { displayName: string; next?: string | undefined },
): FastifyReply {
  const path = next ? returnPath(next) : `/@${username}`
  return reply.flash(done, { name: displayName }).redirect(path, 303)
}
