/** What the API shows of people. */
import { Type } from 'typebox'
import { Address, FlagOrNull, PageAddress, sharedOrNull, TimestampOrNull } from '../api/types.ts'
import type { Config } from '../config.ts'
import type { Person } from '../people/person.ts'
import type { Profile } from './queries.ts'

export const PersonResource = Type.Object(
  {
    id: Type.Integer({ description: 'reference.user_id' }),
    username: Type.String({ examples: ['susan'] }),
    displayName: Type.String(),
    about: Type.String(),
    viewerFollows: FlagOrNull({ description: 'reference.viewer_follows' }),
    url: PageAddress(),
  },
  { $id: 'Person', description: 'reference.person' },
)

export const CountsResource = Type.Object(
  { posts: Type.Integer(), followers: Type.Integer(), following: Type.Integer() },
  { $id: 'Counts', description: 'reference.counts' },
)
type Counts = Type.Static<typeof CountsResource>

export const UserResource = Type.Object(
  {
    ...PersonResource.properties,
    viewerBlocks: Type.Boolean({ description: 'reference.viewer_blocks' }),
    apart: Type.Boolean({ description: 'reference.apart' }),
    createdAt: TimestampOrNull(),
    lastSeenAt: TimestampOrNull(),
    counts: sharedOrNull<Counts>('Counts'),
    links: Type.Object({ self: Address(), posts: Address(), followers: Address(), following: Address() }),
  },
  { $id: 'User', description: 'reference.user' },
)

/** The people of a pair that is apart see of each other what the page shows: who they are. */
export function serializeUser(profile: Profile, config: Config): Type.Static<typeof UserResource> {
  const { apart, viewerBlocks, createdAt, lastSeenAt, posts, followers, following } = profile
  const self = userPath(profile.username)
  return {
    ...serializePerson(profile, config),
    viewerBlocks,
    apart,
    createdAt: apart ? null : createdAt.toISOString(),
    lastSeenAt: apart ? null : lastSeenAt.toISOString(),
    counts: apart ? null : { posts, followers, following },
    links: { self, posts: `${self}/posts`, followers: `${self}/followers`, following: `${self}/following` },
  }
}

export function serializePerson(person: Person, { publicUrl }: Config): Type.Static<typeof PersonResource> {
  const { id, username, displayName, about, viewerFollows } = person
  return { id, username, displayName, about, viewerFollows, url: `${publicUrl}/@${username}` }
}

export function userPath(username: string): string {
  return `/api/users/${username}`
}
