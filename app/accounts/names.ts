/** What makes two usernames, or two e-mail addresses, the same on both engines. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}
