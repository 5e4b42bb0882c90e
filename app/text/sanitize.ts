/** Cleans text that people type and paste before it is stored. */

/** Well-formed Unicode, line ends as `\n`, without control characters, which PostgreSQL or a terminal may not accept. */
export function sanitizeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, character =>
      character === '\n' || character === '\t' ? character : '',
    )
}

/** True for text of nothing but spaces and invisible characters. */
export function isBlank(text: string): boolean {
  return !/[^\s\p{Cf}\p{Cc}\u115f\u1160\u3164\uffa0\u2800]/u.test(text)
}
