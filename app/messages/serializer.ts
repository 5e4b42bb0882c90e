/** Conversations and messages as the API shows them. */
import { Type } from 'typebox'
import { PageAddress, shared, TextOrNull, Timestamp } from '../api/schemas.ts'
import type { Config } from '../config.ts'
import { type AuthorResource, serializeAuthor, serializeEntities } from '../posts/serializer.ts'
import type { Conversation, Message } from './queries.ts'

export const MessageResource = Type.Object(
  {
    id: Type.Integer(),
    body: Type.String(),
    entities: Type.Array(shared('Entity')),
    language: TextOrNull({ description: 'The language that it’s in (BCP 47), or null.' }),
    createdAt: Timestamp(),
    isMine: Type.Boolean({ description: 'Whether you wrote it.' }),
  },
  { $id: 'Message', description: 'A private message.' },
)

export const ConversationResource = Type.Object(
  {
    with: shared<AuthorResource>('Author'),
    unread: Type.Integer({ description: 'How many messages you haven’t seen.' }),
    lastMessage: Type.Object({ body: Type.String(), isMine: Type.Boolean() }),
    lastMessageAt: Timestamp(),
    messages: Type.String({ format: 'uri-reference', description: 'Where its messages are.' }),
    url: PageAddress(),
  },
  { $id: 'Conversation', description: 'You and one other person.' },
)

export function serializeMessage(message: Message, viewer: number, { publicUrl }: Config) {
  const { id, body, language, senderId } = message
  return {
    id,
    body,
    entities: serializeEntities(message.entities, publicUrl),
    language,
    createdAt: message.createdAt.toISOString(),
    isMine: senderId === viewer,
  }
}

export function serializeConversation(
  { other, unread, lastMessage, createdAt }: Conversation,
  viewer: number,
  config: Config,
): Type.Static<typeof ConversationResource> {
  return {
    with: serializeAuthor(other, config),
    unread,
    lastMessage: { body: lastMessage.body, isMine: lastMessage.senderId === viewer },
    lastMessageAt: createdAt.toISOString(),
    messages: messagesPath(other.username),
    url: `${config.publicUrl}/messages/@${other.username}`,
  }
}

export function messagesPath(username: string): string {
  return `/api/conversations/${username}/messages`
}
