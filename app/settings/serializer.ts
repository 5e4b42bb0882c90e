/** A person's own account as the API shows it to them. */
import { Type } from 'typebox'
import { PageAddress, sharedOrNull, TextOrNull, Timestamp } from '../api/schemas.ts'
import type { Config } from '../config.ts'
import { homeReplyChoices } from '../database/schema.ts'
import { ofWrittenFields } from '../people/profile-fields.ts'
import { type Avatar, type Banner, serializeAvatar, serializeBanner } from '../profiles/picture-serializer.ts'
import type { Me } from './queries.ts'

export const MeResource = Type.Object(
  {
    id: Type.Integer({ description: 'Stays when the username changes.' }),
    username: Type.String({ examples: ['susan'] }),
    ...ofWrittenFields(() => Type.String()),
    email: Type.String(),
    language: TextOrNull({ description: 'The language of your pages and emails.' }),
    timeZone: TextOrNull({ description: 'The zone of the times on your pages (IANA), or null.' }),
    homeReplies: Type.Enum([...homeReplyChoices], {
      description:
        'Which replies of the people you follow are in your Home: to people you follow, to you and to themselves, or all, or none.',
    }),
    homeReposts: Type.Boolean({ description: 'Whether reposts are in your Home.' }),
    avatar: sharedOrNull<Avatar>('Avatar'),
    banner: sharedOrNull<Banner>('Banner'),
    createdAt: Timestamp(),
    url: PageAddress(),
  },
  { $id: 'Me', description: 'Your account, with what only you see.' },
)

export function serializeMe(me: Me, config: Config): Type.Static<typeof MeResource> {
  return {
    ...me,
    avatar: serializeAvatar(me.avatar, config),
    banner: serializeBanner(me.banner, config),
    createdAt: me.createdAt.toISOString(),
    url: `${config.publicUrl}/@${me.username}`,
  }
}
