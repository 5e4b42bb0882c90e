/** What edited posts said before. */
import { keysetList } from '../database/cursor.ts'
import type { Writer } from '../database/database.ts'
import { posts, postVersions } from '../database/schema.ts'
import { and, eq, sql } from '../database/sql.ts'

type Replaced = Pick<
  typeof posts.$inferSelect,
  'id' | 'body' | 'entities' | 'language' | 'contentWarning' | 'createdAt' | 'editedAt'
>

/**
 * Keeps what a post has said until now. Without its mentions: a name may become another person's, and only those in
 * posts are written again.
 */
export async function keepVersion(tx: Writer, post: Replaced): Promise<void> {
  const { id: postId, body, language, contentWarning } = post
  const entities = post.entities.filter(({ kind }) => kind !== 'mention')
  const createdAt = post.editedAt ?? post.createdAt
  tx.invalidates(`post:${postId}`)
  await tx.insert(postVersions).values({ postId, body, entities, language, contentWarning, createdAt })
}

const { id, body, entities, language, contentWarning, createdAt } = postVersions
export type Version = Pick<
  typeof postVersions.$inferSelect,
  'id' | 'body' | 'entities' | 'language' | 'contentWarning' | 'createdAt'
>

/** The earlier versions of a post, the newest first; whether the viewer sees the post is asked before. */
export const listVersions = keysetList<Version>('versions', { time: createdAt, id }, (db, place) =>
  db
    .select({ id, body, entities, language, contentWarning, createdAt })
    .from(postVersions)
    .where(and(eq(postVersions.postId, sql.placeholder('post')), place.beyond))
    .orderBy(...place.order)
    .limit(place.limit),
)
