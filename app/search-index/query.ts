/** Parses queries: any text is a valid query. */
import { wordCharacters } from '../text/characters.ts'
import { isTag, tagPattern } from '../text/hashtags.ts'
import { foldName, sanitizeText } from '../text/normalize.ts'
import { emojiOf, fold, imageToken, replyToken, tagToken, tokensOf } from './tokens.ts'

/** Consecutive tokens; with `prefix`, the last one is the beginning of a word. */
export type Term = { tokens: string[]; prefix: boolean }
/** All terms and, if there are any, one of the authors and one of the people answered (folded usernames). */
export type Query = { text: string; terms: Term[]; authors: string[]; answered: string[]; cut: boolean }

/** Longer queries would be slow. */
const maxTerms = 12
const maxTokens = 24
const maxAuthors = 4
const maxLength = 500

const piece = new RegExp(
  [
    '["“”„«»](?<phrase>[^"“”„«»]*)["“”„«»]?',
    String.raw`(?<!\S)from:\s*@?(?<author>[^\s"“”„«»*]*)`,
    String.raw`(?<!\S)to:\s*@?(?<answered>[^\s"“”„«»*]*)`,
    String.raw`(?<!\S)is:(?<reply>reply)(?![^\s*])`,
    String.raw`(?<!\S)has:(?<image>images?|media)(?![^\s*])`,
    String.raw`(?<![${wordCharacters}&#＃])[#＃](?<tag>${tagPattern})`,
    '(?<words>[^\\s"“”„«»#＃]+)',
  ].join('|'),
  'giv',
)
/** The query as it is shown: sanitized and of limited length. */
export function normalizeQuery(given: string): string {
  return [...sanitizeText(given).trim()].slice(0, maxLength).join('')
}

export function parseQuery(given: string): Query {
  const text = normalizeQuery(given)
  const isShortened = text.length < sanitizeText(given).trim().length
  const found = [...text.matchAll(piece)]
  const terms = found.flatMap(termsOf)
  const distinct = [...new Map(terms.map(term => [JSON.stringify(term), term])).values()]
  const kept = withinLimits(distinct)
  const [authors, answered] = [namesIn(found, 'author'), namesIn(found, 'answered')]
  return { text, terms: kept, authors, answered, cut: isShortened || kept.length < distinct.length }
}

function namesIn(found: RegExpExecArray[], group: 'author' | 'answered'): string[] {
  const names = found.flatMap(({ groups }) => (groups?.[group] ? [foldName(groups[group])] : []))
  return [...new Set(names)].slice(0, maxAuthors)
}

export function isEmpty({ terms, authors, answered }: Query): boolean {
  return terms.length + authors.length + answered.length === 0
}

/** Adds a star to the last word, unless the text ends with another character. */
export function starred(typed: string): string {
  return /[\p{L}\p{M}\p{N}_]$/u.test(typed) ? `${typed}*` : typed
}

function termsOf({ 0: found, index, input, groups = {} }: RegExpExecArray): Term[] {
  const { phrase, tag, author, answered, reply, image } = groups
  if (reply) return [{ tokens: [replyToken], prefix: false }]
  if (image) return [{ tokens: [imageToken], prefix: false }]
  const prefix = found.endsWith('*') || input[index + found.length] === '*'
  // As for hashtags in posts, where digits alone are a number.
  if (tag && isTag(tag) && fold(tag) !== '') return [{ tokens: [tagToken(tag)], prefix }]
  const words = (author ?? answered) === undefined ? (phrase ?? tag ?? found) : ''
  const emoji = emojiOf(words).map(({ text }) => ({ tokens: [text], prefix: false }))
  return [termOfWords(words, prefix) ?? [], emoji].flat()
}

/** Words without a space between them, such as `well-known`, are a phrase. */
function termOfWords(words: string, prefix: boolean): Term | null {
  const found = tokensOf(words)
  const last = found.at(-1)
  if (!last) return null
  // At the end of an unspaced text, the last character alone is already part of the pair before it.
  const isHalf = last.half === last.end
  const asked = isHalf && found.at(-2)?.half === last.start ? found.slice(0, -1) : found
  return {
    tokens: asked.map(({ text }) => text),
    prefix: prefix || (isHalf && asked.length === found.length),
  }
}

function withinLimits(terms: Term[]): Term[] {
  let tokens = 0
  return terms.slice(0, maxTerms).flatMap(term => {
    const room = maxTokens - tokens
    tokens += term.tokens.length
    if (tokens <= maxTokens) return [term]
    return room > 0 ? [{ tokens: term.tokens.slice(0, room), prefix: false }] : []
  })
}
