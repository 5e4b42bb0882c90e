/** Text of the database on a terminal: people wrote it, and columns have a width. */

const segmenter = new Intl.Segmenter()
/** Terminals draw emoji and the scripts of East Asia twice as wide as a letter. */
const wide =
  /\p{Emoji_Presentation}|\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u
const ascii = /^[\x20-\x7E]*$/

/** One line without control characters: those of a post could move the cursor or recolor the terminal. */
export function oneLine(text: string): string {
  return text.replaceAll(/\r?\n/g, '⏎').replaceAll(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '·')
}

/** The terminal cells that the text takes. */
export function widthOf(text: string): number {
  if (ascii.test(text)) return text.length
  return [...segmenter.segment(text)].reduce((sum, { segment }) => sum + cellsOf(segment), 0)
}

function cellsOf(grapheme: string): number {
  return wide.test(grapheme) ? 2 : 1
}

/** The text, or as much of its beginning as fits `width` cells together with an ellipsis. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let [kept, used] = ['', 0]
  for (const { segment } of segmenter.segment(text)) {
    used += cellsOf(segment)
    if (used > width - 1) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}
