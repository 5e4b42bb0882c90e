/** Text as it is stored, and as it is compared. */

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

/**
 * The key by which usernames, email addresses and hashtags are compared, the same on both engines. Lower case can
 * produce characters that normalize further, so the result is normalized again: folding twice changes nothing.
 */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC')
}

/** The folded text of the sign-in field: a username, with or without its @, or an email address. */
export function foldIdentifier(identifier: string): string {
  return foldName(identifier.trim().replace(/^@/, ''))
}
