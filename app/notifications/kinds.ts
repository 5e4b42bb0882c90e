/** What people are notified of. Everything about a kind is in its entry, and an entry without a part does not compile. */
import type { LocaleKey, Translate } from '../locales/translate.ts'

type Kind = {
  /** What has happened, with `{name}` for the person who caused it. */
  sentence: LocaleKey
  /** The page that it leads to. */
  path(notification: { actor: { username: string } | null; post: { id: number } | null }): string
  /** From views/layouts/_icon.eta; null: the avatar of the person who caused it. */
  icon: string | null
  /**
   * Of each kind and subject (a follower, a post, a conversation) a person has one notification. Another event makes
   * it new again, or leaves it as it is.
   */
  again: boolean
  /** Whether it may also be told by mail. */
  mayMail: boolean
}

export const kinds = {
  follow: {
    sentence: 'notifications.follow',
    path: ({ actor }) => `/@${actor?.username ?? ''}`,
    icon: null,
    again: false,
    mayMail: false,
  },
  mention: {
    sentence: 'notifications.mention',
    path: ({ post }) => `/posts/${post?.id ?? ''}`,
    icon: null,
    again: false,
    mayMail: false,
  },
  message: {
    sentence: 'notifications.message',
    path: ({ actor }) => `/messages/@${actor?.username ?? ''}`,
    icon: null,
    again: true,
    mayMail: false,
  },
  export: {
    sentence: 'notifications.export',
    path: () => '/settings/data',
    icon: 'check',
    again: false,
    mayMail: true,
  },
} satisfies Record<string, Kind>

export type NotificationKind = keyof typeof kinds
export const kindNames = Object.keys(kinds) as NotificationKind[]

/** What a notification is about, as it is stored: for each person there is one notification of a subject. */
export function subjectOf(kind: NotificationKind, about: number): string {
  return `${kind}:${about}`
}

/** What has happened, in words; the name stands in Unicode isolates, so that it may read in either direction. */
export function sentenceOf(kind: NotificationKind, name: string | null, t: Translate): string {
  return t(kinds[kind].sentence, { name: `\u2068${name ?? ''}\u2069` })
}
