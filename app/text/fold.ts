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
