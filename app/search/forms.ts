import { Type } from 'typebox'
import { CursorQuery } from '../http/cursor-query.ts'
import type { RateLimit } from '../limits/queries.ts'

export const searchLimit: RateLimit = { name: 'search', burst: 60, every: 1_000 }

/** Any query is answered, so the schema refuses nothing. */
export const SearchQuery = Type.Intersect([
  CursorQuery,
  Type.Object({ q: Type.Optional(Type.Unknown()), order: Type.Optional(Type.Unknown()) }),
])
export type SearchQuery = Type.Static<typeof SearchQuery>

export type Order = 'newest' | 'best'

/** The text of a parameter; the last one counts, as in forms. */
export function textOf(value: unknown): string {
  const last = Array.isArray(value) ? value.at(-1) : value
  return typeof last === 'string' ? last : ''
}

export function orderOf({ order }: SearchQuery): Order {
  return textOf(order) === 'best' ? 'best' : 'newest'
}

/** The URL of a search, without a cursor. */
export function searchPath(text: string, order: Order = 'newest', page = '/search'): string {
  if (text === '') return page
  const query = new URLSearchParams({ q: text, ...(order === 'best' && { order }) })
  return `${page}?${query.toString()}`
}
