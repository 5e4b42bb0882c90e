/** What the API shows of posts. */
import { Type } from 'typebox'
import { PageAddress, shared, TextOrNull, Timestamp, TimestampOrNull } from '../api/types.ts'
import type { Config } from '../config.ts'
import type { Entity } from '../text/entities.ts'
import type { Author, Post } from './queries.ts'

export const AuthorResource = Type.Object(
  { id: Type.Integer(), username: Type.String(), displayName: Type.String() },
  { $id: 'Author', description: 'reference.author' },
)

export const EntityResource = Type.Object(
  {
    kind: Type.Enum(['link', 'mention', 'tag']),
    start: Type.Integer(),
    end: Type.Integer(),
    url: Type.String(),
  },
  { $id: 'Entity', description: 'reference.entity' },
)
type EntityResource = Type.Static<typeof EntityResource>

export const PostResource = Type.Object(
  {
    id: Type.Integer(),
    body: Type.String({ description: 'reference.post_body' }),
    entities: Type.Array(shared<EntityResource>('Entity')),
    language: TextOrNull({ description: 'reference.post_language' }),
    createdAt: Timestamp(),
    editedAt: TimestampOrNull({ description: 'reference.post_edited' }),
    author: shared<Author>('Author'),
    url: PageAddress(),
  },
  { $id: 'Post', description: 'reference.post' },
)

export function serializePost(post: Post, { publicUrl }: Config): Type.Static<typeof PostResource> {
  const { id, body, language, author } = post
  return {
    id,
    body,
    entities: serializeEntities(post.entities, publicUrl),
    language,
    createdAt: post.createdAt.toISOString(),
    editedAt: post.editedAt?.toISOString() ?? null,
    author,
    url: `${publicUrl}/posts/${id}`,
  }
}

/** Links lead elsewhere; mentions and hashtags to pages of this site. */
export function serializeEntities(entities: Entity[], publicUrl: string): EntityResource[] {
  return entities.map(({ kind, start, end, href }) => ({
    kind,
    start,
    end,
    url: href.startsWith('/') ? publicUrl + href : href,
  }))
}
