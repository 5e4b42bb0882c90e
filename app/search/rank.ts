/** Ranks matching posts; computed here, because the engines' own ranks differ. */
import { type Occurrence, occurrencesOf } from '../search-index/occurrences.ts'
import type { Term } from '../search-index/query.ts'
import { tokensOf } from '../search-index/tokens.ts'

/** The average number of words of a post. */
const averageLength = 15
const saturation = 1.2
const lengthWeight = 0.75
/** The weight of a prefix match. */
const prefixWeight = 0.6
/** The bonus for terms that are adjacent and in the order of the query. */
const adjacencyBonus = 0.5

/**
 * Scores by BM25 (https://en.wikipedia.org/wiki/Okapi_BM25): frequent terms and short posts are better. The rarity of
 * a term does not matter, because every matching post contains all terms.
 */
export function scoreOf(body: string, terms: Term[]): number {
  const tokens = tokensOf(body)
  const found = terms.map(term => occurrencesOf(term, tokens))
  const length = 1 - lengthWeight + (lengthWeight * tokens.length) / averageLength
  const counts = found.map(occurrences =>
    occurrences.reduce((sum, { isWhole }) => sum + (isWhole ? 1 : prefixWeight), 0),
  )
  const frequency = counts.reduce(
    (sum, count) => sum + (count * (saturation + 1)) / (count + saturation * length),
    0,
  )
  return frequency + adjacencyBonus * adjacentPairs(found)
}

/** The number of terms that are directly followed by the next one. */
function adjacentPairs(found: Occurrence[][]): number {
  const pairs = found.slice(1).map((next, index) => {
    const starts = new Set(next.map(({ first }) => first))
    return found[index]?.some(({ last }) => starts.has(last + 1))
  })
  return pairs.filter(Boolean).length
}
