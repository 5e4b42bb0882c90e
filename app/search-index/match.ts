/** Queries in the syntax of the two engines. Quotes suffice, because tokens contain only letters, digits and @ # _. */

import type { Values } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import type { Term } from './query.ts'
import { authorToken } from './tokens.ts'

/** All of the terms and, if there are any, one of the authors (ids). */
export type Wanted = { terms: Term[]; authors: number[] }

/** The values of the placeholders of the engine's query. */
export function matchOf(wanted: Wanted): Values {
  if (engine === 'sqlite') return { match: fts5Of(wanted) }
  const narrow = tsqueryOf({ ...wanted, terms: decisive(wanted) })
  const match = tsqueryOf(wanted)
  return { match, narrow, isNarrow: narrow === match }
}

/** @see https://www.sqlite.org/fts5.html#full_text_query_syntax */
function fts5Of({ terms, authors }: Wanted): string {
  const words = terms.map(({ tokens, prefix }) => `"${tokens.join(' ')}"${prefix ? ' *' : ''}`)
  const by = authors.map(id => `"${authorToken(id)}"`).join(' OR ')
  return [...words, ...(by ? [`(${by})`] : [])].join(' AND ')
}

/** @see https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY */
function tsqueryOf({ terms, authors }: Wanted): string {
  const words = terms.map(({ tokens, prefix }) => tokens.map(quoted).join(' <-> ') + (prefix ? ':*' : ''))
  const by = authors.map(id => quoted(authorToken(id))).join(' | ')
  return [...words, by]
    .filter(Boolean)
    .map(each => `(${each})`)
    .join(' & ')
}

function quoted(token: string): string {
  return `'${token}'`
}

/**
 * Without prefixes of one or two letters, for which PostgreSQL would collect all words; the other terms find the rows,
 * which are then checked for the prefixes.
 */
function decisive({ terms, authors }: Wanted): Term[] {
  const decisive = terms.filter(
    ({ tokens, prefix }) => !prefix || tokens.length > 1 || [...String(tokens[0])].length > 2,
  )
  return decisive.length > 0 || authors.length > 0 ? decisive : terms
}
