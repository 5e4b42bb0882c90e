/** People as the API shows them. */
import { Type } from 'typebox'
import { Address, FlagOrNull, PageAddress, sharedOrNull, TimestampOrNull } from '../api/schemas.ts'
import type { Config } from '../config.ts'
import { pick } from '../database/fields.ts'
import { type Person, personColumns } from '../people/person.ts'
import { ofWrittenFields } from '../people/profile-fields.ts'
import { type Avatar, type Banner, serializeAvatar, serializeBanner } from './picture-serializer.ts'
import type { Profile } from './queries.ts'

export const PersonResource = Type.Object(
  {
    id: Type.Integer({ description: 'Stays when the username changes.' }),
    username: Type.String({ examples: ['susan'] }),
    ...ofWrittenFields(() => Type.String()),
    avatar: sharedOrNull<Avatar>('Avatar'),
    viewerFollows: FlagOrNull({
      description: 'Whether you follow them; null for yourself and without a token.',
    }),
    url: PageAddress(),
  },
  { $id: 'Person', description: 'A person, in brief.' },
)

export const CountsResource = Type.Object(
  { posts: Type.Integer(), followers: Type.Integer(), following: Type.Integer() },
  { $id: 'Counts', description: 'How much there is of a person.' },
)
type Counts = Type.Static<typeof CountsResource>

export const UserResource = Type.Object(
  {
    ...PersonResource.properties,
    viewerHidesReposts: Type.Boolean({ description: 'Whether you hide their reposts from your Home.' }),
    viewerBlocks: Type.Boolean({ description: 'Whether you have blocked them.' }),
    apart: Type.Boolean({
      description: 'Whether one of you has blocked the other: then much of this is null.',
    }),
    banner: sharedOrNull<Banner>('Banner'),
    createdAt: TimestampOrNull(),
    lastSeenAt: TimestampOrNull({ description: 'Null unless they show it.' }),
    counts: sharedOrNull<Counts>('Counts'),
    links: Type.Object({ self: Address(), posts: Address(), followers: Address(), following: Address() }),
  },
  { $id: 'User', description: 'A person with everything that their profile says.' },
)

/** Where one of the two has blocked the other, the API shows what the page shows: who they are. */
export function serializeUser(profile: Profile, config: Config): Type.Static<typeof UserResource> {
  const { apart, viewerBlocks, viewerHidesReposts, createdAt, lastSeenAt, posts, followers, following } =
    profile
  const self = userPath(profile.username)
  return {
    ...serializePerson(profile, config),
    banner: serializeBanner(profile.banner, config),
    viewerHidesReposts,
    viewerBlocks,
    apart,
    createdAt: apart ? null : createdAt.toISOString(),
    lastSeenAt: (!apart && lastSeenAt?.toISOString()) || null,
    counts: apart ? null : { posts, followers, following },
    links: { self, posts: `${self}/posts`, followers: `${self}/followers`, following: `${self}/following` },
  }
}

export function serializePerson(person: Person, config: Config): Type.Static<typeof PersonResource> {
  const { username, viewerFollows } = person
  const avatar = serializeAvatar(person.avatar, config)
  const url = `${config.publicUrl}/@${username}`
  return { ...pick(person, personColumns), avatar, viewerFollows, url }
}

export function userPath(username: string): string {
  return `/api/users/${username}`
}
