import type { Reader, Writer } from '../database/database.ts'
import { posts, translations } from '../database/schema.ts'
import { and, eq } from '../database/sql.ts'

/** The text as it was when the translation was requested. */
export type Source = { postId: number; body: string; language: string | null }

export async function findTranslation(db: Reader, postId: number, language: string): Promise<string | null> {
  const { body } = translations
  const [found] = await db
    .select({ body })
    .from(translations)
    .where(and(eq(translations.postId, postId), eq(translations.language, language)))
  return found?.body ?? null
}

/** Stores a translation, unless the post has been edited or deleted since the request. */
export async function saveTranslation(
  tx: Writer,
  { source, language, body }: { source: Source; language: string; body: string },
  now: Date,
): Promise<void> {
  tx.invalidates(`post:${source.postId}`)
  // The unchanged update locks the post against a simultaneous edit.
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

/** For an edited post. */
export async function deleteTranslations(tx: Writer, postId: number): Promise<void> {
  await tx.delete(translations).where(eq(translations.postId, postId))
}
