/** What a field is for, from a seed: what gets a form accepted, if everything beside it is right as well. */
import type { Random } from '../../app/cli/seed/random.ts'

const password = 'tea at the harbour'
const some: Record<string, readonly string[]> = {
  password: [password],
  password_again: [password],
  // It opens what cannot be undone, such as deleting an account.
  current_password: [password, 'wrong', 'wrong', 'wrong'],
  identifier: ['susan', 'john', 'david', 'mary'],
  language: ['en', 'es'],
  theme: ['auto', 'light', 'dark'],
  messages_from: ['everyone', 'following'],
  repliesFrom: ['everyone', 'following', 'mentioned', 'nobody'],
  quotesFrom: ['everyone', 'following', 'nobody'],
  contentWarning: ['', 'The end of a film'],
  quote: ['1', '2', '3'],
  quotedId: ['1', '2', '3'],
  add: ['another', ''],
  homeReplies: ['none', 'following', 'all'],
  replies: ['none', 'following', 'all', '1'],
  reposts: ['shown', 'hidden'],
  homeReposts: ['true', 'false'],
  shortcuts: ['on', 'off'],
  last_seen: ['shown', 'hidden'],
  messagesFrom: ['everyone', 'following'],
  scope: ['read', 'write'],
  expiry: ['30', '365', 'never'],
  order: ['best'],
  limit: ['1', '25', '100'],
  q: ['tea', 'from:susan', '#tea', '"new post"', 'new*'],
  keep: ['on'],
  next: ['/explore', '/settings'],
  about: ['Likes tea.', ''],
  displayName: ['Susan of the harbour'],
  name: ['my script'],
}

/** Null for an unknown field. */
export function rightValue(name: string, random: Random): string | null {
  const n = Math.floor(random() * 1_000_000)
  if (/^body\d*$/.test(name))
    return `post ${n} about #tea${n % 9} for @${some['identifier']?.[n % 4]} at example.org/${n}`
  if (name === 'submission') return `form ${n}`
  if (name === 'username') return `person${n}`
  if (name === 'email') return `person${n}@example.com`
  const known = some[name]
  return known?.[n % known.length] ?? null
}

/** The same as programs send it. */
export function rightJson(name: string, random: Random): unknown {
  const value = rightValue(name, random)
  if (name === 'quotedId') return Number(value)
  return name === 'homeReposts' ? value === 'true' : value
}
