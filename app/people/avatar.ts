import { createHash } from 'node:crypto'
import { memoize } from '../text/memoize.ts'
import { foldName } from '../text/normalize.ts'

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const [tones, shapes] = [8, 6]

/**
 * A picture made of the name alone, for public/css/avatar.css to draw: the first letter of the display name, and a tone
 * and a shape from the username, independent of each other. No file, no request, no other host.
 */
export const avatarOf = memoize(draw, ({ username, displayName }) => `${username} ${displayName}`)

function draw({ username, displayName }: { username: string; displayName: string }) {
  const hash = createHash('sha256').update(foldName(username)).digest()
  return {
    letter: letterOf(displayName) ?? username.charAt(0).toUpperCase(),
    tone: hash.readUInt16BE(0) % tones,
    shape: hash.readUInt16BE(2) % shapes,
  }
}

/** Georgian stays as it is: capitals are not written at the start of a name, and few fonts have them. */
function letterOf(displayName: string): string | undefined {
  const [first] = graphemes.segment(displayName.trim())
  if (!first || !/[\p{L}\p{N}\p{Extended_Pictographic}\p{RI}]/u.test(first.segment)) return undefined
  return /\p{Script=Georgian}/u.test(first.segment) ? first.segment : first.segment.toUpperCase()
}
