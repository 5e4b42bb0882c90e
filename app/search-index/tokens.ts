/**
 * Words as both the index and a query see them, so that neither engine has an opinion of its own: without case,
 * without accents. Scripts that put no spaces between words (Japanese, Chinese, Thai …) and Korean, which adds
 * its particles without one, are indexed by pairs of characters: whatever part of a sentence is asked for is
 * found. A dictionary (Intl.Segmenter) finds its own words only, a third of what was asked for in a trial, and cuts
 * differently with each version of ICU.
 */

import { memoize } from '../text/memoize.ts'

/** A word, or a pair of characters, and where it stands in the text (UTF-16 offsets). */
export type Token = {
  text: string
  start: number
  end: number
  /** Where the first character of a pair ends; that of a character which nothing follows is its own end. */
  half: number | null
}

/** Characters of a token: PostgreSQL takes 2,046 bytes. What is longer is cut, here and in a query alike. */
const longest = 64

const word = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu
const plainWord = /[a-z0-9]+/gi
const isPlain = /^[\0-\x7f]*$/
/** Vowels and finals of Korean syllables and the marks of narrow katakana continue a character, as marks do. */
const continuing = String.raw`[\p{M}\u1160-\u11ff\uff9e\uff9f]*`
const unspaced = String.raw`[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Hang}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}]`
const hasUnspaced = new RegExp(unspaced, 'u')
const run = new RegExp(`(?<unspaced>(?:${unspaced}${continuing})+)|(?:(?!${unspaced}).)+`, 'gu')
const character = new RegExp(`[^]${continuing}`, 'gu')

/** The tokens of a text, in its order. */
export function tokensOf(text: string): Token[] {
  const words = text.matchAll(isPlain.test(text) ? plainWord : word)
  const tokens: Token[] = []
  for (const { 0: found, index } of words) {
    // A post is a few microseconds' work as long as only the words that need it are looked at closely.
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

/** Each character with the one that follows it; the last one alone, so that a single one is found as a beginning. */
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

/** Accents of every script, and the points of those whose writers mostly leave them out. */
const accents =
  /[[\p{M}&&[\p{scx=Zinh}\p{sc=Zinh}\p{scx=Latn}\p{scx=Grek}\p{scx=Cyrl}\p{scx=Arab}\p{scx=Hebr}]]--[\u3099\u309a]]/gv
/** Letters that are one for a reader in a hurry, although Unicode does not take them apart. */
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
 * What makes two words the same: no case (`ß` is `ss`, and all four of i, I, ı, İ are one), no accents, no
 * difference between wide, narrow and joined forms of a letter.
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

/** Most words of a language are few; what is longer is rarely seen twice. */
const remembered = memoize(fold, String)
function foldWord(word: string): string {
  return word.length <= 24 ? remembered(word) : fold(word)
}

function cut(text: string): string {
  return text.length <= longest ? text : [...text].slice(0, longest).join('')
}

/** What stands in the index for a hashtag; no word begins like it. */
export function tagToken(tag: string): string {
  return `#${cut(tag.split('_').map(fold).join('_'))}`
}

/** What stands in the index for an author; no word begins like it. */
export function authorToken(userId: number): string {
  return `@${userId}`
}
