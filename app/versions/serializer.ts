import { Type } from 'typebox'
import { shared, TextOrNull, Timestamp } from '../api/schemas.ts'
import type { Config } from '../config.ts'
import { type EntityResource, serializeEntities } from '../posts/serializer.ts'
import type { Version } from './queries.ts'

export const PostVersionResource = Type.Object(
  {
    body: Type.String({ description: 'The text, with line breaks.' }),
    entities: Type.Array(shared<EntityResource>('Entity'), { description: 'Links and hashtags.' }),
    language: TextOrNull({ description: 'The language that it was in (BCP 47), or null.' }),
    contentWarning: TextOrNull({ description: 'The line behind which to fold the text, or null.' }),
    createdAt: Timestamp({ description: 'When this version was written.' }),
  },
  { $id: 'PostVersion', description: 'What a post said before it was edited.' },
)

export function serializeVersion(
  { body, entities, language, contentWarning, createdAt }: Version,
  { publicUrl }: Config,
): Type.Static<typeof PostVersionResource> {
  return {
    body,
    entities: serializeEntities(entities, publicUrl),
    language,
    contentWarning,
    createdAt: createdAt.toISOString(),
  }
}
