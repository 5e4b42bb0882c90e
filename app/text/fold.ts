/**
 * What makes two usernames, e-mail addresses or hashtags the same on both engines. Lower case can leave marks
 * that normalise anew; after the second time, folding again changes nothing.
 */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC')
}

/** What somebody types to sign in, folded: a username, with its @ or without, or an e-mail address. */
export function foldIdentifier(identifier: string): string {
  return foldName(identifier.trim().replace(/^@/, ''))
}
