/** Entries of lists that have reposts, as the API shows them. */
import { Type } from 'typebox'
import { sharedOrNull, TimestampOrNull } from '../api/schemas.ts'
import type { Config } from '../config.ts'
import type { Post } from '../posts/post.ts'
import { type AuthorResource, PostResource, serializeAuthor, serializePost } from '../posts/serializer.ts'

export const TimelineEntryResource = Type.Object(
  {
    ...PostResource.properties,
    repostedBy: sharedOrNull<AuthorResource>('Author'),
    repostedAt: TimestampOrNull({ description: 'When they reposted it: its place in the list, or null.' }),
  },
  { $id: 'TimelineEntry', description: 'A post in a list, by itself or because somebody reposted it.' },
)

export function serializeEntry(post: Post, config: Config): Type.Static<typeof TimelineEntryResource> {
  const { repost } = post
  return {
    ...serializePost(post, config),
    repostedBy: repost ? serializeAuthor(repost.by, config) : null,
    repostedAt: repost?.at.toISOString() ?? null,
  }
}
