import type { Translate } from '../locales/translate.ts'
import type { Notification } from './list-queries.ts'
import type { NotificationKind } from './queries.ts'

/** What has happened, in words; the name stands in Unicode isolates, so that it may read in either direction. */
export function sentenceOf(kind: NotificationKind, name: string | null, t: Translate): string {
  return t(`notifications.${kind}`, { name: `\u2068${name ?? ''}\u2069` })
}

/** The page of what a notification is about. */
export function pathOf({ kind, actor, post }: Notification): string {
  const person = `@${actor?.username ?? ''}`
  if (kind === 'mention') return `/posts/${post?.id ?? ''}`
  if (kind === 'message') return `/messages/${person}`
  return kind === 'follow' ? `/${person}` : '/settings/data'
}
