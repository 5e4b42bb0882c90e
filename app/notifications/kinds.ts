/** The kinds of notifications; an incomplete entry does not compile. */
import type { LocaleKey, Translate } from '../locales/translate.ts'
import { isolated } from '../text/bidi.ts'

/** What a notification can be about. */
type SubjectKind = 'person' | 'post' | 'conversation' | 'export'

type Kind = {
  /** A person has one notification of each kind and subject: of a person who follows them, say, one. */
  subject: SubjectKind
  /** With `{name}` for the person who caused it. */
  sentence: LocaleKey
  /** The page that the notification opens. */
  path(notification: { actor: { username: string } | null; post: { id: number } | null }): string
  /** From views/layouts/_icon.eta, at the avatar of the person who caused it, if there is one. */
  icon: string
  /** True: another event about the same subject makes it unread again. */
  again: boolean
  /** Whether it counts beside Notifications; messages count beside Messages alone. */
  counts: boolean
  /** Whether it may also be sent by mail. */
  mayMail: boolean
}

export const kinds = {
  follow: {
    subject: 'person',
    sentence: 'notifications.follow',
    path: ({ actor }) => `/@${actor?.username ?? ''}`,
    icon: 'sign-up',
    again: false,
    counts: true,
    mayMail: false,
  },
  reply: {
    subject: 'post',
    sentence: 'notifications.reply',
    path: ({ post }) => `/posts/${post?.id ?? ''}`,
    icon: 'reply',
    again: false,
    counts: true,
    mayMail: false,
  },
  mention: {
    subject: 'post',
    sentence: 'notifications.mention',
    path: ({ post }) => `/posts/${post?.id ?? ''}`,
    icon: 'mention',
    again: false,
    counts: true,
    mayMail: false,
  },
  message: {
    subject: 'conversation',
    sentence: 'notifications.message',
    path: ({ actor }) => `/messages/@${actor?.username ?? ''}`,
    icon: 'messages',
    again: true,
    counts: false,
    mayMail: false,
  },
  export: {
    subject: 'export',
    sentence: 'notifications.export',
    path: () => '/settings/data',
    icon: 'download',
    again: false,
    counts: true,
    mayMail: true,
  },
} satisfies Record<string, Kind>

export type NotificationKind = keyof typeof kinds
export const kindNames = Object.keys(kinds) as NotificationKind[]
export const countedKinds = kindNames.filter(kind => kinds[kind].counts)

/** The stored subject, by the id of what it is about: a person has one notification of each. */
export function subjectOf(kind: NotificationKind, about: number): string {
  return `${kind}:${about}`
}

/** The columns that join the row with what it is about, and delete it with that. */
export function subjectColumns(kind: NotificationKind, about: number) {
  const { subject }: Kind = kinds[kind]
  return {
    postId: subject === 'post' ? about : null,
    conversationId: subject === 'conversation' ? about : null,
  }
}

/** The sentence of a notification; the name is between U+2068 and U+2069, so that pages find it. */
export function sentenceOf(kind: NotificationKind, name: string | null, t: Translate): string {
  return t(kinds[kind].sentence, { name: isolated(name ?? '') })
}
