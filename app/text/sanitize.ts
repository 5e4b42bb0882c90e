/** What people type and paste, as it is kept. */

/** Whole characters, line ends as `\n`, and none of those that PostgreSQL or a reader's terminal may choke on. */
export function sanitizeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, character =>
      character === '\n' || character === '\t' ? character : '',
    )
}

/** Nothing but spaces, and characters that only look like nothing. */
export function isBlank(text: string): boolean {
  return !/[^\s\p{Cf}\p{Cc}\u115f\u1160\u3164\uffa0\u2800]/u.test(text)
}
