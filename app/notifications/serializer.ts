/** Notifications in the API. */
import { Type } from 'typebox'
import { PageAddress, sharedOrNull, Timestamp, TimestampOrNull } from '../api/schemas.ts'
import type { Config } from '../config.ts'
import { audiences } from '../database/schema.ts'
import type { Translate } from '../locales/translate.ts'
import { type AuthorResource, serializeAuthor } from '../posts/serializer.ts'
import { type ChoosableKind, kindNames, kinds, sentenceOf } from './kinds.ts'
import type { Notification } from './list-queries.ts'

export const NotificationResource = Type.Object(
  {
    id: Type.Integer(),
    kind: Type.Enum(kindNames),
    sentence: Type.String({ description: 'What has happened, in the language of Accept-Language.' }),
    actor: sharedOrNull<AuthorResource>('Author'),
    others: Type.Integer({
      description: 'How many people besides the actor did the same: likes and reposts are grouped.',
    }),
    createdAt: Timestamp(),
    readAt: TimestampOrNull({ description: 'When you saw it, or null.' }),
    url: PageAddress(),
  },
  { $id: 'Notification', description: 'Something that happened to you.' },
)

const AudienceOf = (description: string) =>
  Type.Enum([...audiences], { errorKey: 'posts.audience_unknown', description })

export const NotificationSettingsResource = Type.Object(
  {
    reply: AudienceOf('Replies to you.'),
    mention: AudienceOf('Mentions of you.'),
    quote: AudienceOf('Quotes of your posts.'),
    like: AudienceOf('Likes of your posts.'),
    repost: AudienceOf('Reposts of your posts.'),
    follow: AudienceOf('New followers.'),
  } satisfies Record<ChoosableKind, unknown>,
  {
    $id: 'NotificationSettings',
    description: 'Whose notifications you want: everyone’s, those of people you follow, or nobody’s.',
  },
)

export function serializeNotification(
  notification: Notification,
  config: Config,
  t: Translate,
): Type.Static<typeof NotificationResource> {
  const { id, kind, actor, others, createdAt, readAt } = notification
  return {
    id,
    kind,
    sentence: sentenceOf({ ...notification, actorName: actor?.displayName ?? null }, t),
    actor: actor && serializeAuthor(actor, config),
    others,
    createdAt: createdAt.toISOString(),
    readAt: readAt?.toISOString() ?? null,
    url: config.publicUrl + kinds[kind].path(notification),
  }
}
