/** The kinds of notifications; an incomplete entry does not compile. */
import type { LocaleKey, Translate } from '../locales/translate.ts'

type Kind = {
  /** With `{name}` for the person who caused it. */
  sentence: LocaleKey
  /** The page that the notification opens. */
  path(notification: { actor: { username: string } | null; post: { id: number } | null }): string
  /** From views/layouts/_icon.eta; null: the avatar of the person who caused it. */
  icon: string | null
  /**
   * A person has one notification of each kind and subject (a follower, a post, a conversation). True: another event
   * makes it unread again.
   */
  again: boolean
  /** Whether it may also be sent by mail. */
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

/** The stored subject: a person has one notification of each. */
export function subjectOf(kind: NotificationKind, about: number): string {
  return `${kind}:${about}`
}

/** The sentence of a notification; Unicode isolates keep a name in either direction intact. */
export function sentenceOf(kind: NotificationKind, name: string | null, t: Translate): string {
  return t(kinds[kind].sentence, { name: `\u2068${name ?? ''}\u2069` })
}
