import type { Term } from './query.ts'
import type { Token } from './tokens.ts'

/** The position of a term in a text: the indexes of its first and last token. */
export type Occurrence = { first: number; last: number; isWhole: boolean }

export function occurrencesOf(term: Term, tokens: Token[]): Occurrence[] {
  const found: Occurrence[] = []
  for (let first = 0; first + term.tokens.length <= tokens.length; first++) {
    const occurrence = occurrenceAt(first, term, tokens)
    if (occurrence) found.push(occurrence)
  }
  return found
}

function occurrenceAt(first: number, term: Term, tokens: Token[]): Occurrence | null {
  const last = first + term.tokens.length - 1
  for (let at = first; at < last; at++) if (tokens[at]?.text !== term.tokens[at - first]) return null
  const [asked, found] = [term.tokens.at(-1) as string, tokens[last]?.text as string]
  const isWhole = asked === found
  return isWhole || (term.prefix && found.startsWith(asked)) ? { first, last, isWhole } : null
}
