import { memoize } from '../text/memoize.ts'
import { foldName } from '../text/normalize.ts'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const hues = 12

/**
 * A picture made of the name alone, for the stylesheet to draw: the first letter on one of twelve hues.
 * No file, no request, no other host.
 */
export const avatarOf = memoize(draw, ({ username, displayName }) => `${username} ${displayName}`)

function draw({ username, displayName }: { username: string; displayName: string }) {
  const [first] = graphemes.segment(displayName.trim())
  const letter =
    first && /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(first.segment) ? first.segment : username.charAt(0)
  return { letter: letter.toLocaleUpperCase(), hue: hueOf(foldName(username)) }
}

/** @see http://www.cse.yorku.ca/~oz/hash.html (djb2) */
function hueOf(name: string): number {
  let hash = 5381
  for (let at = 0; at < name.length; at++) hash = (hash * 33 + name.charCodeAt(at)) | 0
  return Math.abs(hash) % hues
}
