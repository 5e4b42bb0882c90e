/** The kinds of notifications; an incomplete entry does not compile. */
import { likes, posts, reposts } from '../database/schema.ts'
import type { AnyColumn } from '../database/sql.ts'
import type { LocaleKey, Translate } from '../locales/translate.ts'
import { isolated } from '../text/bidi.ts'

/** What a notification can be about. */
type SubjectKind = 'person' | 'post' | 'conversation' | 'export'

/** What a kind's page may depend on; `others` did the same as the actor. */
type Opened = { actor: { username: string } | null; post: { id: number } | null; others: number }

/**
 * Many people do the same to a post, and its author has one notification of all: the rows tell who they are, the
 * column how many.
 */
type Group = {
  rows: typeof likes | typeof reposts
  count: AnyColumn
  /** Instead of the sentence while the actor's account is being deleted, with `{count}`. */
  nameless: LocaleKey
}

type Kind = {
  /** A person has one notification of each kind and subject: of a person who follows them, say, one. */
  subject: SubjectKind
  /** With `{name}` for the person who caused it and, in a group, `{others}` for how many did the same. */
  sentence: LocaleKey
  group?: Group
  /** The page that the notification opens. */
  path(notification: Opened): string
  /** From views/layouts/_icon.eta, at the avatar of the person who caused it, if there is one. */
  icon: string
  /** True: another event about the same subject makes it unread again. */
  again: boolean
  /** Whether it tells of words written to the person: these are listed by themselves as well. */
  words: boolean
  /** Whether a person may want it from everyone, from people they follow, or not at all. */
  choosable: boolean
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
    words: false,
    choosable: true,
    counts: true,
    mayMail: false,
  },
  reply: {
    subject: 'post',
    sentence: 'notifications.reply',
    path: ({ post }) => `/posts/${post?.id ?? ''}`,
    icon: 'reply',
    again: false,
    words: true,
    choosable: true,
    counts: true,
    mayMail: false,
  },
  mention: {
    subject: 'post',
    sentence: 'notifications.mention',
    path: ({ post }) => `/posts/${post?.id ?? ''}`,
    icon: 'mention',
    again: false,
    words: true,
    choosable: true,
    counts: true,
    mayMail: false,
  },
  like: {
    subject: 'post',
    sentence: 'notifications.like',
    group: { rows: likes, count: posts.likeCount, nameless: 'notifications.like_nameless' },
    path: ({ post, others }) => `/posts/${post?.id ?? ''}${others > 0 ? '/likes' : ''}`,
    icon: 'like',
    again: true,
    words: false,
    choosable: true,
    counts: true,
    mayMail: false,
  },
  repost: {
    subject: 'post',
    sentence: 'notifications.repost',
    group: { rows: reposts, count: posts.repostCount, nameless: 'notifications.repost_nameless' },
    path: ({ post, others }) => `/posts/${post?.id ?? ''}${others > 0 ? '/reposts' : ''}`,
    icon: 'repost',
    again: true,
    words: false,
    choosable: true,
    counts: true,
    mayMail: false,
  },
  quote: {
    subject: 'post',
    sentence: 'notifications.quote',
    path: ({ post }) => `/posts/${post?.id ?? ''}`,
    icon: 'quote',
    again: false,
    words: true,
    choosable: true,
    counts: true,
    mayMail: false,
  },
  message: {
    subject: 'conversation',
    sentence: 'notifications.message',
    path: ({ actor }) => `/messages/@${actor?.username ?? ''}`,
    icon: 'messages',
    again: true,
    words: false,
    choosable: false,
    counts: false,
    mayMail: false,
  },
  export: {
    subject: 'export',
    sentence: 'notifications.export',
    path: () => '/settings/data',
    icon: 'download',
    again: false,
    words: false,
    choosable: false,
    counts: true,
    mayMail: true,
  },
} satisfies Record<string, Kind>

export type NotificationKind = keyof typeof kinds
export const kindNames = Object.keys(kinds) as NotificationKind[]
/** Of the tab Mentions. */
export const wordKinds = kindNames.filter(kind => kinds[kind].words)
export type ChoosableKind = {
  [K in NotificationKind]: (typeof kinds)[K]['choosable'] extends true ? K : never
}[NotificationKind]
/** In the order of the settings: what is written to the person first. */
export const choosableKinds = [
  'reply',
  'mention',
  'quote',
  'like',
  'repost',
  'follow',
] as const satisfies ChoosableKind[]
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

export type GroupedKind = {
  [K in NotificationKind]: (typeof kinds)[K] extends { group: unknown } ? K : never
}[NotificationKind]
export const groupedKinds = kindNames.filter(isGrouped)

function isGrouped(kind: NotificationKind): kind is GroupedKind {
  return 'group' in kinds[kind]
}

type Told = { kind: NotificationKind; actorName: string | null; others: number }

/** The sentence of a notification; the name is between U+2068 and U+2069, so that pages find it. */
export function sentenceOf({ kind, actorName, others }: Told, t: Translate): string {
  if (isGrouped(kind) && actorName === null) return t(kinds[kind].group.nameless, { count: others + 1 })
  return t(kinds[kind].sentence, { name: isolated(actorName ?? ''), others })
}
