/** Classes of characters, as they stand inside a `[…]` of a regular expression with the flag `v`. */

/** Scripts without spaces between words, and Korean, whose particles follow without a space. */
export const unspaced = String.raw`[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Hang}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}]`

/** What ends an emoji such as ❤️ or 1️⃣: marks to Unicode, but no part of a word. */
const emojiMarks = String.raw`[\ufe00-\ufe0f\u20e3]`

/** Letters, digits and marks, and `_`. */
export const wordCharacters = String.raw`[[\p{L}\p{N}\p{M}_]--${emojiMarks}]`

/** The same of scripts whose words stand between spaces, so that a sign within one belongs to it, as in x@example. */
export const spacedCharacters = String.raw`[${wordCharacters}--${unspaced}]`
