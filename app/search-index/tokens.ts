/**
 * The tokenizer of the index and of queries, the same for both engines: without case and accents. Scripts without
 * spaces between words (Japanese, Chinese, Thai …), and Korean, whose particles follow without a space, are indexed by
 * pairs of characters, so that any part of a sentence is found. A dictionary (Intl.Segmenter) found a third of the
 * queries in a trial, and splits differently with each version of ICU.
 */

import { unspaced } from '../text/characters.ts'
import { memoize } from '../text/memoize.ts'

/** A word or a pair of characters, with its position in the text (UTF-16 offsets). */
export type Token = {
  text: string
  start: number
  end: number
  /** The end of a pair's first character; of a single last character, its own end. */
  half: number | null
}

/** Longer tokens are cut, in the index and in queries, because PostgreSQL's maximum is 2,046 bytes. */
const maxTokenLength = 64

/** Soft hyphens, ZWSP, ZWNJ and the like are within words, and folding removes them. */
const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}\p{Default_Ignorable_Code_Point}]*/gu
const plainWord = /[a-z0-9]+/gi
const isPlain = /^[\0-\x7f]*$/
/** Marks, vowels and finals of Korean syllables and the marks of narrow katakana belong to the character before them. */
const continuing = String.raw`[\p{M}\u1160-\u11ff\uff9e\uff9f\p{Default_Ignorable_Code_Point}]*`
const hasUnspaced = new RegExp(unspaced, 'v')
const run = new RegExp(`(?<unspaced>(?:${unspaced}${continuing})+)|(?:(?!${unspaced}).)+`, 'gv')
const character = new RegExp(`[^]${continuing}`, 'gv')

/** The tokens of a text, in order. */
export function tokensOf(text: string): Token[] {
  const words = text.matchAll(isPlain.test(text) ? plainWord : word)
  const tokens: Token[] = []
  for (const { 0: found, index } of words) {
    // ASCII words skip the slow steps, so that a post takes a few microseconds.
    if (isPlain.test(found)) tokens.push(tokenOf(found.toLowerCase(), found, index))
    else if (!hasUnspaced.test(found)) tokens.push(tokenOf(foldWord(found), found, index))
    else tokens.push(...tokensOfRuns(found, index))
  }
  return tokens.filter(({ text }) => text !== '')
}

function tokenOf(text: string, found: string, start: number): Token {
  return { text: cut(text), start, end: start + found.length, half: null }
}

function tokensOfRuns(found: string, at: number): Token[] {
  return [...found.matchAll(run)].flatMap(({ 0: part, index, groups }) =>
    groups?.['unspaced'] ? pairsOf(part, at + index) : [tokenOf(foldWord(part), part, at + index)],
  )
}

/** Each character with the next one, and the last one alone, so that a single character matches as a prefix. */
function pairsOf(part: string, at: number): Token[] {
  const characters = [...part.matchAll(character)].map(({ 0: found, index }) => ({
    text: foldWord(found),
    start: at + index,
    end: at + index + found.length,
  }))
  return characters.map(({ text, start, end }, index) => {
    const next = characters[index + 1]
    return { text: text + (next?.text ?? ''), start, end: next?.end ?? end, half: end }
  })
}

/** Accents, and the vowel points of scripts that are usually written without them. */
const accents =
  /[[\p{M}&&[\p{scx=Zinh}\p{sc=Zinh}\p{scx=Latn}\p{scx=Grek}\p{scx=Cyrl}\p{scx=Arab}\p{scx=Hebr}]]--[\u3099\u309a]]/gv
/** Letters that Unicode does not decompose. */
const others: Record<string, string> = {
  æ: 'ae',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ł: 'l',
  ø: 'o',
  œ: 'oe',
  þ: 'th',
  ŧ: 't',
  ς: 'σ',
}
const otherLetters = new RegExp(`[${Object.keys(others).join('')}]`, 'gu')

/**
 * Folds case (`ß` is `ss`, and i, I, ı and İ are the same), accents, and wide, narrow and joined forms of a letter.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(accents, '')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll(otherLetters, letter => others[letter] as string)
    .replaceAll(/[^\p{L}\p{N}\p{M}]|\u0640/gu, '')
    .normalize('NFC')
}

/** Memoized for short words only, because longer ones rarely repeat. */
const memoizedFold = memoize(fold, String)
function foldWord(word: string): string {
  return word.length <= 24 ? memoizedFold(word) : fold(word)
}

function cut(text: string): string {
  return text.length <= maxTokenLength ? text : [...text].slice(0, maxTokenLength).join('')
}

/** The token of a hashtag; no word begins with `#`. */
export function tagToken(tag: string): string {
  return `#${cut(tag.split('_').map(fold).join('_'))}`
}

const emoji = /\p{RI}{2}|\p{Extended_Pictographic}/gu

/** An emoji, with its position in the text. Its token is that of its shape, whatever its color or style. */
export function emojiOf(text: string): Token[] {
  if (isPlain.test(text)) return []
  return [...text.matchAll(emoji)].map(({ 0: found, index }) => ({
    text: emojiToken(found),
    start: index,
    end: index + found.length,
    half: null,
  }))
}

/** No word begins with `_`. */
function emojiToken(found: string): string {
  return `_${[...found].map(sign => sign.codePointAt(0)?.toString(16)).join('_')}`
}

/** The token of an author; no word begins with `@`. */
export function authorToken(userId: number): string {
  return `@${userId}`
}

/** The token of a post with pictures. */
export const imageToken = '@image'

/** The tokens of a post that answers another, and the person whom it answers: they stay until the index is rebuilt. */
export const replyToken = '@reply'
export function answeredToken(userId: number): string {
  return `@to${userId}`
}
