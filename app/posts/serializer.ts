/** Posts as the API shows them. */
import { Type } from 'typebox'
import { IdOrNull, PageAddress, shared, TextOrNull, Timestamp, TimestampOrNull } from '../api/schemas.ts'
import type { Config } from '../config.ts'
import type { Entity } from '../text/entities.ts'
import type { Author, Post } from './post.ts'

export const AuthorResource = Type.Object(
  { id: Type.Integer(), username: Type.String(), displayName: Type.String() },
  { $id: 'Author', description: 'A person by name.' },
)

export const EntityResource = Type.Object(
  {
    kind: Type.Enum(['link', 'mention', 'tag']),
    start: Type.Integer(),
    end: Type.Integer(),
    url: Type.String(),
  },
  {
    $id: 'Entity',
    description:
      'A link, mention or hashtag in the text: where it begins and ends (UTF-16 code units), and where it leads. They are in order and never overlap.',
  },
)
type EntityResource = Type.Static<typeof EntityResource>

export const PostResource = Type.Object(
  {
    id: Type.Integer(),
    body: Type.String({ description: 'The text, with line breaks.' }),
    entities: Type.Array(shared<EntityResource>('Entity')),
    language: TextOrNull({ description: 'The language that it’s in (BCP 47), or null.' }),
    createdAt: Timestamp(),
    editedAt: TimestampOrNull({ description: 'When its author changed it, or null.' }),
    parentId: IdOrNull({
      description:
        'The post that it answers, or null: also one that was deleted or that you don’t see, where you’d get a 404.',
    }),
    replyCount: Type.Integer({ description: 'How many posts answer it directly.' }),
    author: shared<Author>('Author'),
    url: PageAddress(),
  },
  { $id: 'Post', description: 'A post.' },
)

export function serializePost(post: Post, { publicUrl }: Config): Type.Static<typeof PostResource> {
  const { id, body, language, parentId, replyCount, author } = post
  return {
    id,
    body,
    entities: serializeEntities(post.entities, publicUrl),
    language,
    createdAt: post.createdAt.toISOString(),
    editedAt: post.editedAt?.toISOString() ?? null,
    parentId,
    replyCount,
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
