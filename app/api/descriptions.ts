/** How a route says what it takes and what it answers: the reference, the checks and the serialiser follow from it. */
import type { FastifyContextConfig } from 'fastify'
import { type TObject, type TSchema, Type } from 'typebox'
import type { LocaleKey } from '../locales/translate.ts'
import { ListQuery } from './parameters.ts'
import { shared } from './types.ts'

/** The nouns of the API, in the order of its reference. */
export const nouns = [
  'tokens',
  'users',
  'me',
  'posts',
  'timelines',
  'follows',
  'blocks',
  'search',
  'messages',
  'notifications',
  'reference',
] as const
type Noun = (typeof nouns)[number]
type ReferenceKey = Extract<LocaleKey, `reference.${string}`>

export type Answer = { description: LocaleKey; content?: object; type?: string }
type Route = {
  config?: FastifyContextConfig
  params?: TObject
  querystring?: TObject
  body?: TObject
  /** The types of body that it takes, if not JSON alone. */
  consumes?: string[]
  answers: Record<number, Answer>
  /** More to know than the summary says. */
  more?: ReferenceKey
}

/** A route of a noun; `reference.create_post` is its summary and `createPost` its operationId. */
export function operation(noun: Noun, summary: ReferenceKey, { config, answers, more, ...parts }: Route) {
  const operationId = summary
    .replace('reference.', '')
    .replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
  const description = more && { description: more }
  const schema = { tags: [noun], operationId, summary, ...description, ...parts, response: answers }
  return { ...(config && { config }), schema }
}

/** An answer with one of the shared schemas in it. */
export function returns(id: string, description: ReferenceKey = 'reference.answer_ok'): Answer {
  return returnsJson(shared(id), description)
}

export function returnsJson(schema: TSchema, description: ReferenceKey): Answer {
  return { description, content: { 'application/json': { schema } } }
}

/** An answer with a page of a list in it. */
export function returnsListOf(id: string): Answer {
  const list = Type.Object({ items: Type.Array(shared(id)), links: shared('Links') })
  return returnsJson(list, 'reference.answer_list')
}

/** What a route takes and answers that has a list, page by page. */
export function lists(id: string, querystring: TObject = ListQuery) {
  return { querystring, answers: { 200: returnsListOf(id) } }
}

/** An answer without anything in it: 204, 304. */
export function returnsNothing(description: ReferenceKey = 'reference.answer_done'): Answer {
  return { description, type: 'null' }
}

/** An answer with a problem in it. */
export function returnsProblem(description: LocaleKey): Answer {
  return { description, content: { 'application/problem+json': { schema: shared('Problem') } } }
}
