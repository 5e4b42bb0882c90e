/** Hashtags: which characters they have, and how they are compared. */
import { foldCase } from './normalize.ts'

/** No tag begins with a mark, which would be part of the `#` (️#️⃣), and none has an invisible letter. */
const invisible = String.raw`[\p{Default_Ignorable_Code_Point}\p{Me}]`
const first = String.raw`(?!${invisible})[\p{L}\p{N}_]`
const character = String.raw`(?!${invisible})[\p{L}\p{N}\p{M}_\u05f3\u3003]`
/**
 * What joins the parts of a word in some scripts: ZWNJ and ZWJ, the middle dot (Catalan), maqaf and gershayim (Hebrew,
 * also typed as a quotation mark), tsheg (Tibetan), and the dots and dashes of katakana.
 */
const joiners = String.raw`[\u200c\u200d\xb7\u05be\u05f4\u0f0b\u0f0c\u30a0\u30fb\uff65\u301c\uff5e]`
const hebrewQuote = String.raw`(?<=\p{sc=Hebr})["'](?=\p{sc=Hebr})`

/** The characters of a tag without its `#`, for a regular expression with the flag `u` or `v`. */
export const tagPattern = `${first}(?:${character})*(?:(?:${joiners}+|${hebrewQuote})(?:${character})+)*`

const maxLength = 100
const tag = new RegExp(`^${tagPattern}$`, 'u')

/** True for the characters of a tag, at least one of them a letter, that are a tag after folding, too. */
export function isTag(text: string): boolean {
  const key = foldTag(text)
  return /\p{L}/u.test(text) && tag.test(key) && [...key].length <= maxLength
}

/**
 * The key by which hashtags are compared: `#Tea` and `#ｔｅａ`, `#İstanbul` and `#istanbul`, `#Straße` and `#STRASSE`
 * are the same, `#té` is not `#te`.
 */
export function foldTag(tag: string): string {
  return foldCase(tag).replaceAll('~', '〜').replaceAll('"', '״').replaceAll("'", '׳')
}

export function tagPath(tag: string): string {
  return `/tags/${encodeURIComponent(tag)}`
}
