/** The schemas that are described once and referred to by their $id. */
import { Type } from 'typebox'
import { TextOrNull } from '../api/types.ts'
import { ConversationResource, MessageResource } from '../messages/serializer.ts'
import { NotificationResource } from '../notifications/serializer.ts'
import { AuthorResource, EntityResource, PostResource } from '../posts/serializer.ts'
import { CountsResource, PersonResource, UserResource } from '../profiles/serializer.ts'
import { MeResource } from '../settings/serializer.ts'
import { TokenResource } from '../tokens/serializer.ts'

const LinksResource = Type.Object(
  {
    next: TextOrNull({ description: 'reference.next' }),
    prev: TextOrNull({ description: 'reference.prev' }),
  },
  { $id: 'Links', description: 'reference.links' },
)

/** @see https://www.rfc-editor.org/rfc/rfc9457 */
const ProblemResource = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'reference.problem_detail' }),
    instance: Type.String(),
    requestId: Type.String({ description: 'reference.problem_request' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.Optional(Type.String({ description: 'reference.problem_pointer' })),
          parameter: Type.Optional(Type.String({ description: 'reference.problem_parameter' })),
          header: Type.Optional(Type.String({ description: 'reference.problem_header' })),
          detail: Type.String(),
        }),
        { description: 'reference.problem_errors' },
      ),
    ),
  },
  { $id: 'Problem', description: 'reference.problem' },
)

export const sharedSchemas = [
  AuthorResource,
  EntityResource,
  PersonResource,
  CountsResource,
  UserResource,
  MeResource,
  PostResource,
  ConversationResource,
  MessageResource,
  NotificationResource,
  TokenResource,
  LinksResource,
  ProblemResource,
]
