import { createHash, randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { IdOrNull, TextOrNull } from '../api/schemas.ts'
import { audiences, lengths, replyAudiences } from '../database/schema.ts'
import { addFieldErrors, type FieldError, type FieldErrors, fieldErrorsOf } from '../http/forms.ts'
import type { SentImage } from '../images/post-queries.ts'
import type { Image } from '../images/queries.ts'
import type { RateLimit } from '../limits/queries.ts'
import type { LocaleKey } from '../locales/translate.ts'
import type { Viewer } from '../people/viewer.ts'
import { graphemeCount } from '../text/entities.ts'
import { isPostLanguage } from '../text/language.ts'
import { isBlank, normalizeLine, normalizeText, sanitizeText } from '../text/normalize.ts'
import type { Post } from './post.ts'

/** An edit tells people of mentions, too, so it counts like a new post. */
export const postingLimit: RateLimit = { name: 'posting', burst: 30, every: 10_000 }

/** What the database holds at the most, in code points, whatever POST_MAX_LENGTH says. */
export const [, maxBodyLength] = lengths.body

/** The most posts that one form publishes as a thread. */
export const maxThread = 25

/** Boxes that are looked at: more than may be published, so that it can be said of the rest. */
const maxBoxes = 99

/** The most pictures of a post. */
export const maxPictures = 4

/**
 * A form that writes a post. Further boxes, each a post that answers the one before: body2, body3 and so on. The pictures
 * of a box are keys in their order, in images, images2 and so on, and each description is in a field of its own, `alt-<key>`.
 */
export const PostForm = Type.Object({
  body: Type.String({ default: '' }),
  /** The keys of the pictures, separated by spaces. Without it an edited post keeps what it has. */
  images: Type.Optional(Type.String()),
  /** What its author says it is in; empty: to be guessed. */
  language: Type.Optional(Type.String()),
  /** Without these two a new post has its author's defaults, and an edited one keeps what it has. */
  repliesFrom: Type.Optional(Type.String()),
  quotesFrom: Type.Optional(Type.String()),
  /** Empty: none. Without it an edited post keeps what it has. */
  contentWarning: Type.Optional(Type.String()),
  /** The id of the post that it quotes. */
  quote: Type.Optional(Type.String()),
  submission: Type.Optional(Type.String({ maxLength: 100 })),
  /** `another`: publish, and go on with a post that answers it; `pictures`: show the form with its files. */
  add: Type.Optional(Type.String()),
  /** `earlier <key>`, `later <key>` or `remove <key>`: show the form with that picture moved or removed. */
  change: Type.Optional(Type.String()),
  /** Publish pictures without a description, whatever the reminder says; `never`: and remind of it no more. */
  undescribed: Type.Optional(Type.String()),
  remind: Type.Optional(Type.String()),
})
export type PostForm = Type.Static<typeof PostForm>

/** Pictures as programs name them. */
const SentImages = Type.Array(
  Type.Object(
    { key: Type.String({ pattern: '^[0-9a-f]{32}$' }), alt: Type.Optional(Type.String()) },
    { additionalProperties: false },
  ),
  {
    maxItems: 100,
    errorKey: 'images.list_invalid',
    description: `Its pictures in their order, at most ${maxPictures}: the key of each that you uploaded (POST /api/media), and alt to describe it anew. Left out, none, or what an edited post has.`,
  },
)

/** A post as programs send it. */
export const PostBody = Type.Object(
  {
    body: Type.String({
      errorKey: 'posts.blank',
      description: 'The text, with line breaks; it may be empty where there are pictures.',
      examples: ['Tea?'],
    }),
    images: Type.Optional(SentImages),
    language: Type.Optional(
      Type.String({ description: 'The language that it’s in (BCP 47); left out, it’s guessed.' }),
    ),
    repliesFrom: Type.Optional(
      Type.Enum([...replyAudiences], {
        errorKey: 'posts.audience_unknown',
        description:
          'Who may reply, besides you: following are the people you follow. Left out, everyone, or what an edited post has.',
      }),
    ),
    quotesFrom: Type.Optional(
      Type.Enum([...audiences], {
        errorKey: 'posts.audience_unknown',
        description: 'Who may quote it, besides you. Left out, your own setting, or what an edited post has.',
      }),
    ),
    contentWarning: Type.Optional(
      TextOrNull({
        description:
          'A line behind which to fold the text, or null for none; left out, an edited post keeps what it has.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type PostBody = Type.Static<typeof PostBody>

/** The same for a new one: an edit keeps what a post quotes. */
export const NewPostBody = Type.Object(
  {
    ...PostBody.properties,
    quotedId: Type.Optional(
      Type.Unsafe<number | null>({
        ...IdOrNull({
          errorKey: 'quotes.missing',
          description:
            'The post to quote. Left out, the last post of this site that the text links to, if you may quote it; the link is left out where it ends the text.',
        }),
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
      }),
    ),
  },
  { additionalProperties: false },
)
export type NewPostBody = Type.Static<typeof NewPostBody>

/** What the composer shows. An empty language is to be guessed. */
export type PostValues = Record<'language' | 'repliesFrom' | 'quotesFrom' | 'contentWarning', string> & {
  boxes: Box[]
  /** By key. */
  pictures: ReadonlyMap<string, Image>
  /** The control to go on with; null: where one writes. */
  focus: string | null
  /** Whether it reminds of missing descriptions. */
  isReminder: boolean
}
/** The name of a field, what is written in it, and the pictures that go with it. */
export type Box = { name: string; body: string; images: SentImage[] }

/** The boxes of a form that something is written in or that have pictures, in their order; the first, empty, if there is none. */
export function boxesOf(form: object): Box[] {
  const fields = new Map<string, unknown>(Object.entries(form))
  const boxes = Array.from({ length: maxBoxes }, (_, index): Box => {
    const number = index === 0 ? '' : String(index + 1)
    const body = fields.get(`body${number}`)
    const images = imagesIn(fields, `images${number}`) ?? []
    return { name: `body${number}`, body: typeof body === 'string' ? body : '', images }
  })
  const written = boxes.filter(({ body, images }) => !isBlank(body) || images.length > 0)
  return written.length > 0 ? written : boxes.slice(0, 1)
}

/** The pictures that a field of a form names, each once; what a program sends is a list already. Null: there is no such field. */
export function sentImages(form: object, field: string): SentImage[] | null {
  return imagesIn(new Map(Object.entries(form)), field)
}

function imagesIn(fields: Map<string, unknown>, field: string): SentImage[] | null {
  const sent = fields.get(field)
  if (Array.isArray(sent)) return (sent as SentImage[]).map(described)
  if (typeof sent !== 'string') return null
  const keys = new Set(sent.split(/\s+/).filter(key => key !== ''))
  return [...keys].map(key => {
    const alt = fields.get(`alt-${key}`)
    return described(typeof alt === 'string' ? { key, alt } : { key })
  })
}

/** With a description as it is kept; without one it keeps what it has. */
function described({ key, alt }: SentImage): SentImage {
  return alt === undefined ? { key } : { key, alt: normalizeText(sanitizeText(alt)) }
}

/** What was typed, and for the rest what the post has. */
export function valuesOf(
  post: Pick<Post, 'body' | 'language' | 'repliesFrom' | 'quotesFrom' | 'contentWarning' | 'images'>,
  typed: Partial<PostForm> = {},
): PostValues {
  return {
    boxes: boxesOf({ ...typed, body: typed.body ?? post.body, images: typed.images ?? post.images }),
    language: typed.language ?? post.language ?? '',
    repliesFrom: typed.repliesFrom ?? post.repliesFrom,
    quotesFrom: typed.quotesFrom ?? post.quotesFrom,
    contentWarning: typed.contentWarning ?? post.contentWarning ?? '',
    pictures: new Map(),
    focus: null,
    isReminder: false,
  }
}

/** The same for a new post. */
export function newValues(
  { quotesFrom }: Pick<Viewer, 'quotesFrom'>,
  typed: Partial<PostForm> = {},
): PostValues {
  const empty = { body: '', language: null, repliesFrom: 'everyone', contentWarning: null } as const
  return valuesOf({ ...empty, images: [], quotesFrom }, typed)
}

/** What is sent of a post, by a form or a program. */
export type SentPost = Omit<PostForm, 'contentWarning' | 'images'> & {
  contentWarning?: string | null
  quotedId?: number | null
  images?: string | SentImage[]
}

/**
 * What is wrong with a post; `postMaxLength` counts graphemes. `edited`: the post that has one box, and whose language and
 * pictures may stay.
 */
export function validatePost(
  request: FastifyRequest<{ Body: SentPost }>,
  edited?: Pick<Post, 'language' | 'images'>,
): FieldErrors {
  const { body, language, repliesFrom, quotesFrom, contentWarning } = request.body
  const limit = request.server.config.postMaxLength
  const boxes = edited
    ? [{ name: 'body', body, images: sentImages(request.body, 'images') ?? edited.images }]
    : boxesOf(request.body)
  return addFieldErrors(request, fieldErrorsOf(request), {
    ...Object.assign({}, ...boxes.map(box => validateBox(box, limit))),
    form: boxes.length > maxThread && { key: 'posts.thread_too_long', values: { limit: maxThread } },
    language:
      Boolean(language && language !== edited?.language && !isPostLanguage(language)) &&
      'posts.language_unknown',
    repliesFrom: !isOneOf(replyAudiences, repliesFrom) && 'posts.audience_unknown',
    quotesFrom: !isOneOf(audiences, quotesFrom) && 'posts.audience_unknown',
    contentWarning: validateWarning(contentWarning),
  })
}

/** The same for a program, which sends descriptions in the list of pictures. */
export function validatePostBody(request: FastifyRequest<{ Body: SentPost }>): FieldErrors {
  const errors = Object.entries(validatePost(request))
  return Object.fromEntries(
    errors.map(([field, sentence]) => [field.startsWith('alt-') ? 'images' : field, sentence]),
  )
}

/** The same for an edit that keeps the post's pictures: whether it may be without words is asked when they are known. */
export function validateEditBody(request: FastifyRequest<{ Body: SentPost }>): FieldErrors {
  const { body: words, ...errors } = validatePostBody(request)
  const isAskedLater = request.body.images === undefined && isBlank(request.body.body ?? '')
  return words === undefined || isAskedLater ? errors : { ...errors, body: words }
}

/** Words may be left out where there is a picture. */
function validateBox({ name, body, images }: Box, limit: number): Record<string, FieldError | false> {
  const isWordless = images.length > 0 && isBlank(body)
  const [, maxAlt] = lengths.alt
  const descriptions = images.map(({ key, alt = '' }) => {
    const over = [...alt].length - maxAlt
    return [`alt-${key}`, over > 0 && { key: 'images.alt_too_long', values: { limit: maxAlt, over } }]
  })
  return {
    ...Object.fromEntries(descriptions),
    [imagesField(name)]: images.length > maxPictures && {
      key: 'images.too_many',
      values: { limit: maxPictures },
    },
    [name]: !isWordless && validateText(body, limit, { blank: 'posts.blank', tooLong: 'posts.too_long' }),
  }
}

/** The field of the pictures that belong to a box: images2 to body2. */
export function imagesField(box: string): string {
  return box.replace('body', 'images')
}

/** Also if nothing is chosen. */
function isOneOf(known: readonly string[], chosen: string | undefined): boolean {
  return chosen === undefined || known.includes(chosen)
}

function validateWarning(sent: string | null | undefined): FieldError | false {
  const [, limit] = lengths.contentWarning
  const over = [...(normalizeLine(sent) ?? '')].length - limit
  return over > 0 && { key: 'posts.warning_too_long', values: { limit, over } }
}

/** What is wrong with words that are sent: nothing to read in them, or more than `limit` graphemes. */
export function validateText(
  words: string,
  limit: number,
  { blank, tooLong }: { blank: LocaleKey; tooLong: LocaleKey },
): FieldError | false {
  const sent = normalizeText(words)
  if (isBlank(sent)) return blank
  const over = Math.max(graphemeCount(sent) - limit, [...sent].length - maxBodyLength)
  return over > 0 && { key: tooLong, values: { limit, over } }
}

/** Names one rendering of a form, so that sending it twice is known as such. */
export function newSubmission(): string {
  return randomUUID()
}

/** The same person, form and words: the same post. Other words from a form gone back to are another post. */
export function submissionDigest(
  userId: number,
  { submission, body }: Pick<PostForm, 'submission' | 'body'>,
): string | null {
  if (!submission) return null
  return createHash('sha256').update(`${userId}\0${submission}\0${body}`).digest('base64url')
}
