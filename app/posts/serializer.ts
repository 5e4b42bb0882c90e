/** Posts as the API shows them. */
import { Type } from 'typebox'
import {
  IdOrNull,
  PageAddress,
  shared,
  sharedOrNull,
  TextOrNull,
  Timestamp,
  TimestampOrNull,
} from '../api/schemas.ts'
import type { Config } from '../config.ts'
import { pick } from '../database/fields.ts'
import { audiences, replyAudiences } from '../database/schema.ts'
import { type ImageResource, serializeImage } from '../images/serializer.ts'
import type { Author } from '../people/person.ts'
import { type Avatar, serializeAvatar } from '../profiles/picture-serializer.ts'
import type { Entity } from '../text/entities.ts'
import { type Post, type RelatedPost, shownColumns, shownQuote } from './post.ts'

export const AuthorResource = Type.Object(
  {
    id: Type.Integer(),
    username: Type.String(),
    displayName: Type.String(),
    avatar: sharedOrNull<Avatar>('Avatar'),
  },
  { $id: 'Author', description: 'A person by name.' },
)
export type AuthorResource = Type.Static<typeof AuthorResource>

export function serializeAuthor(
  { id, username, displayName, avatar }: Author,
  config: Config,
): AuthorResource {
  return { id, username, displayName, avatar: serializeAvatar(avatar, config) }
}

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
export type EntityResource = Type.Static<typeof EntityResource>

export const QuotedPostResource = Type.Object(
  {
    id: Type.Integer(),
    body: Type.String({ description: 'The text, with line breaks.' }),
    entities: Type.Array(shared<EntityResource>('Entity')),
    language: TextOrNull({ description: 'The language that it’s in (BCP 47), or null.' }),
    contentWarning: TextOrNull({ description: 'The line behind which to fold the text, or null.' }),
    images: Type.Array(shared<ImageResource>('Image'), { description: 'Its pictures, in their order.' }),
    createdAt: Timestamp(),
    author: shared<AuthorResource>('Author'),
    url: PageAddress(),
  },
  { $id: 'QuotedPost', description: 'A post as others show it that quote it.' },
)
type QuotedPostResource = Type.Static<typeof QuotedPostResource>

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
    repliesFrom: Type.Enum([...replyAudiences], { description: 'Who may reply, besides its author.' }),
    canQuote: Type.Boolean({ description: 'Whether you may quote it.' }),
    canReply: Type.Boolean({
      description: 'Whether you may reply; repliesFrom of the first post of a thread holds for all of it.',
    }),
    quotesFrom: Type.Enum([...audiences], { description: 'Who may quote it, besides its author.' }),
    quotedId: IdOrNull({
      description: 'The post that it quotes, or null; where you don’t see that one, you’d get a 404.',
    }),
    quoted: sharedOrNull<QuotedPostResource>('QuotedPost'),
    quoteDetached: Type.Boolean({
      description: 'It quoted a post that was taken out of it, by either author.',
    }),
    contentWarning: TextOrNull({ description: 'The line behind which to fold the text, or null.' }),
    images: Type.Array(shared<ImageResource>('Image'), { description: 'Its pictures, in their order.' }),
    pinnedAt: TimestampOrNull({ description: 'When its author pinned it to their profile, or null.' }),
    likeCount: Type.Integer({ description: 'How many people like it.' }),
    repostCount: Type.Integer({ description: 'How many people have reposted it.' }),
    replyCount: Type.Integer({ description: 'How many posts answer it directly.' }),
    quoteCount: Type.Integer({ description: 'How many posts quote it.' }),
    liked: Type.Boolean({ description: 'Whether you like it.' }),
    reposted: Type.Boolean({ description: 'Whether you have reposted it.' }),
    bookmarked: Type.Boolean({ description: 'Whether you have bookmarked it.' }),
    threadMuted: Type.Boolean({ description: 'Whether you have muted its thread.' }),
    author: shared<AuthorResource>('Author'),
    url: PageAddress(),
  },
  { $id: 'Post', description: 'A post.' },
)

export function serializePost(post: Post, config: Config): Type.Static<typeof PostResource> {
  const { publicUrl } = config
  return {
    ...pick(post, shownColumns),
    author: serializeAuthor(post.author, config),
    images: post.images.map(image => serializeImage(image, config)),
    canQuote: post.can.quote,
    canReply: post.can.reply,
    quotedId: shownQuote(post),
    quoted: post.quoted && serializeQuoted(post.quoted, config),
    entities: serializeEntities(post.entities, publicUrl),
    createdAt: post.createdAt.toISOString(),
    editedAt: post.editedAt?.toISOString() ?? null,
    pinnedAt: post.pinnedAt?.toISOString() ?? null,
    url: `${publicUrl}/posts/${post.id}`,
  }
}

function serializeQuoted(quoted: RelatedPost, config: Config): QuotedPostResource {
  const { publicUrl } = config
  const { id, body, entities, language, contentWarning, images, createdAt, author } = quoted
  return {
    id,
    body,
    entities: serializeEntities(entities, publicUrl),
    language,
    contentWarning,
    images: images.map(image => serializeImage(image, config)),
    createdAt: createdAt.toISOString(),
    author: serializeAuthor(author, config),
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
