/** Posts of a few emoji alone, which are set larger. */
import { memoize } from './memoize.ts'

/** An emoji as Unicode recommends it, flags, keycaps and joined ones among them; some keyboards add a selector. */
const emoji = String.raw`\p{RGI_Emoji}\ufe0f?`
const few = new RegExp(String.raw`^\s*(?:${emoji}\s*){1,5}$`, 'v')
/** Cheap, because nearly every post begins with a letter. */
const beginning = /^\s*\p{Emoji}/u
/** Five of the longest, which are two people with skin tones, joined, and some spaces. */
const maxLength = 100

/** True for one to five emoji and nothing else; digits and signs in text style are none. */
export function isEmoji(text: string): boolean {
  return text.length <= maxLength && beginning.test(text) && areFewEmoji(text)
}

/** Memoized, because the expression has thousands of alternatives and takes 13 µs. */
const areFewEmoji = memoize((text: string) => few.test(text), String, 1_000)
