/** What somebody asks for, in their own words: any text is a query, however unfinished or hostile. */
import { foldName } from '../text/fold.ts'
import { sanitizeText } from '../text/sanitize.ts'
import { fold, type Token, tagToken, tokensOf } from './tokens.ts'

/** Tokens that follow one another; with `prefix`, the last of them may go on. */
export type Term = { tokens: string[]; prefix: boolean }
/** All terms, by one of the authors (folded usernames) if there are any. */
export type Query = { text: string; terms: Term[]; authors: string[]; cut: boolean }

/** More would take long to find, and nobody asks for more. */
const mostTerms = 12
const mostTokens = 24
const mostAuthors = 4
const longest = 500

const piece = new RegExp(
  [
    '["“”„«»](?<phrase>[^"“”„«»]*)["“”„«»]?',
    String.raw`(?<!\S)from:\s*@?(?<author>[^\s"“”„«»*]*)`,
    String.raw`(?<![\p{L}\p{M}\p{N}_&/#])[#＃](?<tag>[\p{L}\p{M}\p{N}_]+)`,
    '(?<words>[^\\s"“”„«»#＃]+)',
  ].join('|'),
  'giu',
)
/** A query as it is shown: nothing in it that cannot be, and not endless. */
export function normalizeQuery(given: string): string {
  return [...sanitizeText(given).trim()].slice(0, longest).join('')
}

export function parseQuery(given: string): Query {
  const text = normalizeQuery(given)
  const isShortened = text.length < sanitizeText(given).trim().length
  const found = [...text.matchAll(piece)]
  const terms = found.flatMap(match => termOf(match) ?? [])
  const distinct = [...new Map(terms.map(term => [JSON.stringify(term), term])).values()]
  const kept = withinLimits(distinct)
  const names = found.flatMap(({ groups }) => (groups?.['author'] ? [foldName(groups['author'])] : []))
  const authors = [...new Set(names)].slice(0, mostAuthors)
  return { text, terms: kept, authors, cut: isShortened || kept.length < distinct.length }
}

/** Whether there is anything to look for. */
export function isEmpty({ terms, authors }: Query): boolean {
  return terms.length === 0 && authors.length === 0
}

/** What somebody types, whose last word may go on: with the star that says so, unless something ends it. */
export function starred(typed: string): string {
  return /[\p{L}\p{M}\p{N}_]$/u.test(typed) ? `${typed}*` : typed
}

function termOf({ 0: found, index, input, groups = {} }: RegExpExecArray): Term | null {
  const { phrase, tag, words } = groups
  const prefix = found.endsWith('*') || input[index + found.length] === '*'
  if (tag && isTag(tag)) return { tokens: [tagToken(tag)], prefix }
  return termOfWords(phrase ?? tag ?? words ?? '', prefix)
}

/** As where hashtags are found: digits alone are a number. */
function isTag(tag: string): boolean {
  return /\p{L}|_/u.test(tag) && fold(tag) !== ''
}

/** What stands together belongs together: `well-known` is a phrase. */
function termOfWords(words: string, prefix: boolean): Term | null {
  const found = tokensOf(words)
  const last = found.at(-1)
  if (!last) return null
  // The text may go on where the query ends: its last character alone says no more than the pair before it.
  const isHalf = last.half === last.end
  const asked = isHalf && isPaired(found.at(-2), last) ? found.slice(0, -1) : found
  return {
    tokens: asked.map(({ text }) => text),
    prefix: prefix || (isHalf && asked.length === found.length),
  }
}

function isPaired(before: Token | undefined, { start }: Token): boolean {
  return before?.half !== null && before?.half === start
}

function withinLimits(terms: Term[]): Term[] {
  let tokens = 0
  return terms.slice(0, mostTerms).flatMap(term => {
    const room = mostTokens - tokens
    tokens += term.tokens.length
    if (tokens <= mostTokens) return [term]
    return room > 0 ? [{ tokens: term.tokens.slice(0, room), prefix: false }] : []
  })
}
