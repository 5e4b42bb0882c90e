/** Finds the person of a URL by their current or former username, or answers 404. */
import type { Reader } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import { returnPath } from '../http/return-path.ts'
import type { AnyViewer } from '../people/visibility.ts'
import { findPerson, findProfile, type Profile } from './queries.ts'

type Named = { username: string }

export function profileNotFound({ username }: Named): Problem {
  return new Problem(404, 'errors.profile_missing', { username })
}

export async function requirePerson(db: Reader, { params }: { params: Named }) {
  const person = await findPerson(db, params.username)
  if (!person) throw profileNotFound(params)
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

/** The path after a form about a person: its `next`, else the profile. */
export function redirectBack({ next }: { next?: string | undefined }, { username }: Named): string {
  return next ? returnPath(next) : `/@${username}`
}
