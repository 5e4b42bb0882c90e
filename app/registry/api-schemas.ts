/** The schemas of the API that are described once and referred to by their $id. */
import { ConversationResource, MessageResource } from '../messages/serializer.ts'
import { NotificationResource } from '../notifications/serializer.ts'
import { AuthorResource, EntityResource, PostResource } from '../posts/serializer.ts'
import { CountsResource, PersonResource, UserResource } from '../profiles/serializer.ts'
import { MeResource } from '../settings/serializer.ts'
import { TokenResource } from '../tokens/serializer.ts'

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
]
