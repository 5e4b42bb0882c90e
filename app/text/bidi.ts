/** Keeps the direction of a name or another value from reversing the sentence around it. */

/** Letters of right-to-left scripts, and invisible characters that change the direction. */
const turning =
  /[\p{Bidi_Control}\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** A value of a sentence between U+2068 and U+2069 if its characters could reverse what stands around it. */
export function isolate(value: string): string {
  return turning.test(value) && !isIsolated(value) ? isolated(value) : value
}

function isIsolated(value: string): boolean {
  return /^\u2068.*\u2069$/s.test(value) && isolated(value.slice(1, -1)) === value
}

/** A value between U+2068 and U+2069, which its own such characters neither end nor outlast. */
export function isolated(value: string): string {
  let open = 0
  const balanced = value.replaceAll(/[\u2066-\u2069]/g, sign => {
    if (sign === '\u2069' && open === 0) return ''
    open += sign === '\u2069' ? -1 : 1
    return sign
  })
  return `\u2068${balanced}${'\u2069'.repeat(open + 1)}`
}
