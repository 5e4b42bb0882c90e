/** The vocabulary in which routes describe what they take and answer: validation, serialization and the reference follow. */
import type { FastifyContextConfig } from 'fastify'
import { type Static, type TObject, type TSchema, Type } from 'typebox'
import { maxLimit } from '../database/cursor.ts'
import { CursorQuery } from '../http/cursor-query.ts'
import type { LocaleKey } from '../locales/translate.ts'

/**
 * The reference is for programmers, so its texts stand here and in the routes, in English. An `errorKey` is the answer
 * to a wrong value, in the language of the request.
 */
type Options = { description?: string; errorKey?: LocaleKey; examples?: unknown[] }

/** A time in UTC (RFC 3339). */
export const Timestamp = (options: Options = {}) => Type.String({ format: 'date-time', ...options })
export const TimestampOrNull = (options: Options = {}) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], format: 'date-time', ...options })
export const TextOrNull = (options: Options = {}) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], ...options })
export const IdOrNull = (options: Options = {}) =>
  Type.Unsafe<number | null>({ type: ['integer', 'null'], ...options })
export const FlagOrNull = (options: Options = {}) =>
  Type.Unsafe<boolean | null>({ type: ['boolean', 'null'], ...options })

/** The address of a page for people, or of something that is linked to. */
export const PageAddress = () => Type.String({ format: 'uri', description: 'The page for people.' })
/** An address within the API. */
export const Address = () => Type.String({ format: 'uri-reference' })

/** One of the schemas that are described once, by its $id. */
export const shared = <T = object>(id: string) => Type.Unsafe<T>({ $ref: `${id}#` })
export const sharedOrNull = <T = object>(id: string) =>
  Type.Unsafe<T | null>({ anyOf: [{ $ref: `${id}#` }, { type: 'null' }] })

/** A form's field as the API takes it: there, what is missing is not simply empty. */
export function fieldOf<Field extends TSchema>(field: Field, options: Options = {}) {
  const { default: _, ...schema } = field as Field & { default?: unknown }
  return Type.Unsafe<Static<Field>>({ ...schema, ...options })
}

const { before, after } = CursorQuery.properties
const errorKey = 'errors.bad_cursor'

/** Where in a list a page begins, and how long it is. */
export const ListQuery = Type.Object({
  before: Type.Optional(
    fieldOf(before, {
      errorKey,
      description: 'The page of older entries that begins here: follow links.next.',
    }),
  ),
  after: Type.Optional(
    fieldOf(after, {
      errorKey,
      description: 'The page of newer entries that begins here: follow links.prev.',
    }),
  ),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: maxLimit,
      errorKey: 'api.limit_out_of_range',
      description: `How many entries a page has, 1 to ${maxLimit}; 25 if left out. The links keep it.`,
    }),
  ),
})
export type ListQuery = Static<typeof ListQuery>

/** For a create that createOnce() makes safe to send again. */
export const IdempotencyKey = Type.Object({
  'Idempotency-Key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,255}$',
      errorKey: 'api.key_unusable',
      description:
        'Any text of your own, a new one for each creation. Sent again within a day, it gets the same answer and nothing is created twice.',
    }),
  ),
})

/** For a change that requireUnchanged() keeps from overwriting another. */
export const IfMatch = Type.Object({
  'If-Match': Type.Optional(
    Type.String({ description: 'The ETag of what you mean to change: 412 if it has changed since.' }),
  ),
})

export const LinksResource = Type.Object(
  {
    next: TextOrNull({
      description: 'The page of older entries, or null; of newer ones where a list begins with the oldest.',
    }),
    prev: TextOrNull({ description: 'The page of newer entries, or null.' }),
  },
  { $id: 'Links', description: 'The pages next to this one.' },
)

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
export const ProblemResource = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'A sentence for people, in the language of Accept-Language.' }),
    instance: Type.String(),
    requestId: Type.String({ description: 'Mention it if you ask for help.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.Optional(Type.String({ description: 'Where in the body (RFC 6901).' })),
          parameter: Type.Optional(Type.String({ description: 'Which parameter of the address.' })),
          header: Type.Optional(Type.String({ description: 'Which header.' })),
          detail: Type.String(),
        }),
        { description: 'One entry for each wrong field.' },
      ),
    ),
  },
  { $id: 'Problem', description: 'What went wrong (RFC 9457).' },
)

type Response = { description: string; content?: object; type?: string }
type Operation<Config> = {
  config?: Config
  description?: string
  headers?: TObject
  params?: TObject
  querystring?: TObject
  body?: TObject
  /** The types of body that it takes, if not JSON alone. */
  consumes?: string[]
  response: Record<number, Response>
}

/** The options of a route that is in the reference; its tag is a section of that (`apiTags` in the noun's index.ts). */
export function operation<Config extends FastifyContextConfig = { public?: never }>(
  tag: string,
  operationId: string,
  summary: string,
  { config, ...schema }: Operation<Config>,
) {
  return { ...(config && { config }), schema: { tags: [tag], operationId, summary, ...schema } }
}

/** A response with one of the shared schemas in it. */
export function returns(id: string, description = 'What you asked for.'): Response {
  return returnsJson(shared(id), description)
}

export function returnsJson(schema: TSchema, description: string): Response {
  return { description, content: { 'application/json': { schema } } }
}

/** A response with what was created in it. */
export function returnsCreated(id: string): Response {
  return returns(id, 'It’s created; Location says where it is.')
}

/** A response with a page of a list in it. */
export function returnsListOf(id: string): Response {
  const list = Type.Object({ items: Type.Array(shared(id)), links: shared('Links') })
  return returnsJson(list, 'A page of the list.')
}

/** What a route takes and answers that has a list, page by page. */
export function lists(id: string, querystring: TObject = ListQuery) {
  return { querystring, response: { 200: returnsListOf(id) } }
}

/** A response without anything in it: 204, 304. */
export function returnsNothing(description = 'Done.'): Response {
  return { description, type: 'null' }
}

export function returnsProblem(description: string): Response {
  return { description, content: { 'application/problem+json': { schema: shared('Problem') } } }
}
