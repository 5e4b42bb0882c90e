/** What a form that writes a post sends, as it is stored. */
import type { Writer } from '../database/database.ts'
import type { Audience, ReplyAudience } from '../database/schema.ts'
import { catchRateLimit, type RateLimitExceeded } from '../limits/limits.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { lastPostLink } from '../quotes/links.ts'
import { languageOf } from '../text/language.ts'
import { normalizeLine, normalizeText } from '../text/normalize.ts'
import { postingLimit, type SentPost } from './forms.ts'
import type { PostOptions } from './queries.ts'

/** What the viewer sent, and their own language. */
type Written = Pick<MemberRequest, 'viewer' | 'server'> & { body: SentPost; language: string | null }

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

/**
 * The words as they are kept, their language (the chosen one, or a guess, or else the writer's own), what they are to
 * quote, and the options.
 */
export async function draftOf({ viewer, server, body: form, language: own }: Written) {
  const body = normalizeText(form.body)
  const language = form.language || (await languageOf(body, own))
  const quoting = { chosen: chosenQuote(form), link: lastPostLink(body, server.config.publicUrl) }
  return { userId: viewer.id, body, language, quoting, ...optionsOf(form) }
}

/** The id of the post that a form or a program asks to quote; 0, which no post has, for what is no id. */
export function chosenQuote({ quote, quotedId }: Pick<SentPost, 'quote' | 'quotedId'>): number | null {
  if (!quote) return quotedId ?? null
  return /^[1-9]\d{0,14}$/.test(quote) ? Number(quote) : 0
}

/** What validatePost has let pass; what was not sent is left out. */
function optionsOf({ repliesFrom, quotesFrom, contentWarning }: SentPost): PostOptions {
  return {
    ...(repliesFrom !== undefined && { repliesFrom: repliesFrom as ReplyAudience }),
    ...(quotesFrom !== undefined && { quotesFrom: quotesFrom as Audience }),
    ...(contentWarning !== undefined && { contentWarning: normalizeLine(contentWarning) }),
  }
}
