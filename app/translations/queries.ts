import type { Reader, Writer } from '../database/database.ts'
import { posts, translations } from '../database/schema.ts'
import { and, eq } from '../database/sql.ts'

/** What is translated: the words as they were when the service was asked. */
export type Source = { postId: number; body: string; language: string | null }

export async function findTranslation(db: Reader, postId: number, language: string): Promise<string | null> {
  const { body } = translations
  const [found] = await db
    .select({ body })
    .from(translations)
    .where(and(eq(translations.postId, postId), eq(translations.language, language)))
  return found?.body ?? null
}

/** Keeps a translation, unless the post was edited or deleted meanwhile. */
export async function saveTranslation(
  tx: Writer,
  { source, language, body }: { source: Source; language: string; body: string },
  now: Date,
): Promise<void> {
  tx.invalidates(`post:${source.postId}`)
  // Writing to the post, though nothing changes, makes this and an edit at the same moment wait for each other.
  const [unchanged] = await tx
    .update(posts)
    .set({ body: source.body })
    .where(and(eq(posts.id, source.postId), eq(posts.body, source.body)))
    .returning({ language: posts.language })
  if (!unchanged || unchanged.language !== source.language) return
  await tx
    .insert(translations)
    .values({ postId: source.postId, language, body, createdAt: now })
    .onConflictDoNothing()
}

/** The post says something else now. */
export async function deleteTranslations(tx: Writer, postId: number): Promise<void> {
  await tx.delete(translations).where(eq(translations.postId, postId))
}
