/** Queries in the syntax of the two engines. Quotes suffice, because tokens contain only letters, digits and @ # _. */

import type { Values } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import type { Term } from './query.ts'
import { answeredToken, authorToken } from './tokens.ts'

/** All of the terms and, if there are any, one of the authors and one of the people answered (ids). */
export type Wanted = { terms: Term[]; authors: number[]; answered: number[] }

/** The values of the placeholders of the engine's query. */
export function matchOf(wanted: Wanted): Values {
  if (engine === 'sqlite') return { match: fts5Of(wanted) }
  const narrow = tsqueryOf({ ...wanted, terms: decisive(wanted) })
  const match = tsqueryOf(wanted)
  return { match, narrow, isNarrow: narrow === match }
}

/** @see https://www.sqlite.org/fts5.html#full_text_query_syntax */
function fts5Of(wanted: Wanted): string {
  const words = wanted.terms.map(({ tokens, prefix }) => `"${tokens.join(' ')}"${prefix ? ' *' : ''}`)
  const people = peopleOf(wanted).map(tokens => `(${tokens.map(token => `"${token}"`).join(' OR ')})`)
  return [...words, ...people].join(' AND ')
}

/** The tokens of the authors and of the people answered, of each of which one is enough. */
function peopleOf({ authors, answered }: Wanted): string[][] {
  return [authors.map(authorToken), answered.map(answeredToken)].filter(tokens => tokens.length > 0)
}

/** @see https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY */
function tsqueryOf(wanted: Wanted): string {
  const words = wanted.terms.map(
    ({ tokens, prefix }) => tokens.map(quoted).join(' <-> ') + (prefix ? ':*' : ''),
  )
  const people = peopleOf(wanted).map(tokens => tokens.map(quoted).join(' | '))
  return [...words, ...people].map(each => `(${each})`).join(' & ')
}

function quoted(token: string): string {
  return `'${token}'`
}

/**
 * Without prefixes of one or two letters, for which PostgreSQL would collect all words; the other terms find the rows,
 * which are then checked for the prefixes.
 */
function decisive({ terms, authors, answered }: Wanted): Term[] {
  const decisive = terms.filter(
    ({ tokens, prefix }) => !prefix || tokens.length > 1 || [...String(tokens[0])].length > 2,
  )
  return decisive.length + authors.length + answered.length > 0 ? decisive : terms
}
