/** Which of the posts that match are the best: computed here, because the two engines' own ranks never agree. */
import { type Occurrence, occurrencesOf } from '../search-index/occurrences.ts'
import type { Term } from '../search-index/query.ts'
import { tokensOf } from '../search-index/tokens.ts'

/** Words that a post has on average; longer ones have a word more easily. */
const usualLength = 15
const saturation = 1.2
const weightOfLength = 0.75
/** What the beginning of a longer word counts. */
const partly = 0.6
/** Words that stand beside each other as they were asked for mean what was asked for. */
const together = 0.5

/**
 * The more often the words of the query are in a post, and the more of the post they are, the better, as in BM25
 * (https://en.wikipedia.org/wiki/Okapi_BM25). How rare a word is does not matter: every post here has all of them.
 */
export function scoreOf(body: string, terms: Term[]): number {
  const tokens = tokensOf(body)
  const found = terms.map(term => occurrencesOf(term, tokens))
  const length = 1 - weightOfLength + (weightOfLength * tokens.length) / usualLength
  const counts = found.map(countOf)
  const often = counts.reduce(
    (sum, count) => sum + (count * (saturation + 1)) / (count + saturation * length),
    0,
  )
  return often + together * neighbours(found)
}

function countOf(occurrences: Occurrence[]): number {
  return occurrences.reduce((sum, { isWhole }) => sum + (isWhole ? 1 : partly), 0)
}

/** How many of the terms are followed at once by the next one. */
function neighbours(found: Occurrence[][]): number {
  const pairs = found.slice(1).map((next, index) => {
    const starts = new Set(next.map(({ first }) => first))
    return found[index]?.some(({ last }) => starts.has(last + 1))
  })
  return pairs.filter(Boolean).length
}
