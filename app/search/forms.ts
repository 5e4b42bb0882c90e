import { Type } from 'typebox'
import { CursorQuery } from '../database/cursor.ts'
import type { RateLimit } from '../limits/queries.ts'

export const searchLimit: RateLimit = { name: 'search', burst: 60, every: 1_000 }

/** Whatever is asked for is answered, so nothing about it is refused here. */
export const SearchQuery = Type.Intersect([
  CursorQuery,
  Type.Object({ q: Type.Optional(Type.Unknown()), order: Type.Optional(Type.Unknown()) }),
])
export type SearchQuery = Type.Static<typeof SearchQuery>

export type Order = 'newest' | 'best'

/** The text of a parameter; of one that was sent several times, the last counts, as in forms. */
export function textOf(value: unknown): string {
  const last = Array.isArray(value) ? value.at(-1) : value
  return typeof last === 'string' ? last : ''
}

export function orderOf({ order }: SearchQuery): Order {
  return textOf(order) === 'best' ? 'best' : 'newest'
}

/** The address of a search, without a place in its list. */
export function searchPath(text: string, order: Order = 'newest', page = '/search'): string {
  if (text === '') return page
  const query = new URLSearchParams({ q: text, ...(order === 'best' && { order }) })
  return `${page}?${query.toString()}`
}
