/** What a form that writes a post sends, as it is stored. */
import type { Writer } from '../database/database.ts'
import { catchRateLimit, type RateLimitExceeded } from '../limits/limits.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { languageOf } from '../text/language.ts'
import { normalizeText } from '../text/normalize.ts'
import { type PostForm, postingLimit } from './forms.ts'

/** What the viewer sent, and their own language. */
type Written = Pick<MemberRequest, 'viewer'> & { body: PostForm; language: string | null }

/** Writes within what the viewer may write at a time; an edit tells people of mentions, too, so it counts alike. */
export function writeWithin<T>(
  { server, viewer }: MemberRequest,
  write: (tx: Writer) => Promise<T>,
): Promise<T | RateLimitExceeded> {
  const spendAndWrite = async (tx: Writer) => {
    await server.rateLimits.consume(tx, postingLimit, viewer.id)
    return write(tx)
  }
  return server.db.transaction(spendAndWrite).catch(catchRateLimit)
}

/** The words as they are kept, and their language: the chosen one, or a guess, or else the writer's own. */
export async function draftOf({ viewer, body: form, language: own }: Written) {
  const body = normalizeText(form.body)
  const language = form.language || (await languageOf(body, own))
  return { userId: viewer.id, body, language }
}
