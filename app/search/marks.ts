/** Marks the words of a query in the parts of a post. */

import { occurrencesOf } from '../search-index/occurrences.ts'
import type { Term } from '../search-index/query.ts'
import { emojiOf, type Token, tagToken, tokensOf } from '../search-index/tokens.ts'
import { type Part, partsOf } from '../text/entities.ts'

type Span = { start: number; end: number }
type Piece = { text: string; isMarked: boolean }
type Written = Parameters<typeof partsOf>[0]

/** Replaces partsOf in a template. */
export function partsMarking(terms: Term[]): (post: Written) => Part[] {
  return post => {
    const spans = spansIn(post, terms)
    let at = 0
    return partsOf(post).map(part => {
      const start = at
      at += part.text.length
      return { ...part, pieces: cut(part.text, start, spans) }
    })
  }
}

/** The positions of the query's words in a text, in order and without overlaps. */
function spansIn({ body, entities }: Written, terms: Term[]): Span[] {
  const tags = terms.filter(({ tokens }) => tokens[0]?.startsWith('#'))
  const tagged = entities.filter(
    ({ kind, start, end }) => kind === 'tag' && tags.some(term => isTagged(body.slice(start + 1, end), term)),
  )
  const [tokens, emoji] = [tokensOf(body), emojiOf(body)]
  const spans = [...tagged, ...terms.flatMap(term => [...spansOf(term, tokens), ...spansOf(term, emoji)])]
  return merged(spans.toSorted((a, b) => a.start - b.start))
}

function isTagged(tag: string, { tokens: [asked = ''], prefix }: Term): boolean {
  const token = tagToken(tag)
  return prefix ? token.startsWith(asked) : token === asked
}

function spansOf(term: Term, tokens: Token[]): Span[] {
  return occurrencesOf(term, tokens).map(({ first, last, isWhole }) => {
    const [begin, end] = [tokens[first], tokens[last]]
    // Only the first character of a pair matches.
    return { start: begin?.start ?? 0, end: (isWhole ? end?.end : (end?.half ?? end?.end)) ?? 0 }
  })
}

function merged(spans: Span[]): Span[] {
  const all: Span[] = []
  for (const { start, end } of spans) {
    const before = all.at(-1)
    if (before && start <= before.end) before.end = Math.max(before.end, end)
    else all.push({ start, end })
  }
  return all
}

/** Splits a part of the body, which begins at `from`, at the boundaries of spans. */
function cut(text: string, from: number, spans: Span[]): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const { start, end } of spans) {
    const [first, last] = [Math.max(start - from, at), Math.min(end - from, text.length)]
    if (first >= last) continue
    if (first > at) pieces.push({ text: text.slice(at, first), isMarked: false })
    pieces.push({ text: text.slice(first, last), isMarked: true })
    at = last
  }
  if (at < text.length) pieces.push({ text: text.slice(at), isMarked: false })
  return pieces
}
