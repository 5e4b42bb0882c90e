/** What a form that writes a post sends, as it is stored. */
import type { Writer } from '../database/database.ts'
import type { Audience, ReplyAudience } from '../database/schema.ts'
import { inTurn } from '../database/turns.ts'
import { contentDigests } from '../images/post-queries.ts'
import { catchRateLimit, type RateLimitExceeded } from '../limits/limits.ts'
import type { MemberRequest } from '../people/viewer.ts'
import { lastPostLink } from '../quotes/links.ts'
import type { QuotingDraft } from '../quotes/publishing.ts'
import { languageOf } from '../text/language.ts'
import { normalizeLine, normalizeText } from '../text/normalize.ts'
import { boxesOf, postingLimit, type SentPost, sentImages, submissionDigest } from './forms.ts'
import type { Draft, PostOptions } from './queries.ts'

/** What the viewer sent, and their own language. */
type Written = Pick<MemberRequest, 'viewer' | 'server'> & { body: SentPost; language: string | null }

/** Writes so many posts within what the viewer may write at a time; an edit tells people of mentions, too, so it counts alike. */
export function writeWithin<T>(
  { server, viewer }: MemberRequest,
  write: (tx: Writer) => Promise<T>,
  count = 1,
): Promise<T | RateLimitExceeded> {
  const spendAndWrite = async (tx: Writer) => {
    for (let n = 0; n < count; n++) await server.rateLimits.consume(tx, postingLimit, viewer.id)
    return write(tx)
  }
  return inTurn(server.db, `posting:${viewer.id}`, spendAndWrite).catch(catchRateLimit)
}

/**
 * The words as they are kept, their language (the chosen one, or a guess, or else the writer's own), what they are to
 * quote, the pictures and the options.
 */
export async function draftOf({ viewer, server, body: form, language: own }: Written) {
  const body = normalizeText(form.body)
  const language = form.language || (await languageOf(body, own))
  const quoting = { chosen: chosenQuote(form), link: lastPostLink(body, server.config.publicUrl) }
  const images = sentImages(form, 'images')
  return { userId: viewer.id, body, language, quoting, ...(images && { images }), ...optionsOf(form) }
}

/**
 * A draft for each box that something is written in or that has pictures, with the same options; only the first quotes
 * what was chosen. Sent again, the same boxes are the same posts.
 */
export async function draftsOf(
  { viewer, server, language, body: form }: Written,
  submission: string,
): Promise<QuotingDraft[]> {
  const further = { ...form, quote: '', quotedId: null }
  const boxes = boxesOf(form)
  const drafts = await Promise.all(
    boxes.map(({ body, images }, index) =>
      draftOf({ viewer, server, language, body: { ...(index === 0 ? form : further), body, images } }),
    ),
  )
  const keys = boxes.flatMap(({ images }) => images.map(({ key }) => key))
  const digests = await contentDigests(server.db, { userId: viewer.id, keys })
  const all = drafts.map(draft => contentOf(draft, digests)).join('\0')
  return drafts.map((draft, index) => {
    const sent = { body: all, submission: index === 0 ? submission : `${submission} ${index + 1}` }
    return { ...draft, submission: submissionDigest(draft.userId, sent) }
  })
}

/** What a draft says and shows. A file that is sent again with its form has another key, but shows the same. */
function contentOf(
  { body, images = [] }: Pick<Draft, 'body' | 'images'>,
  digests: Map<string, string>,
): string {
  return [body, ...images.map(({ key, alt = '' }) => `${digests.get(key) ?? key} ${alt}`)].join('\u0001')
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

/** The drafts under the ids that they were published as. */
export function withIds(ids: number[], drafts: { body: string }[]): { id: number; body: string }[] {
  return drafts.map(({ body }, index) => ({ id: ids[index] as number, body }))
}

/** The page to write on where the author wants to go on; null: they are done. */
export function pathAfter({ add }: { add?: string }, published: number[]): string | null {
  return add === 'another' ? `/posts/${published.at(-1)}/replies/new` : null
}
