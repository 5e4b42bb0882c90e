/** Pictures of a post, or the refusal of the whole post. */
import type { Writer } from '../database/database.ts'
import { Problem } from '../http/errors.ts'
import { isBlank } from '../text/normalize.ts'
import { attachImages, replaceImages, type SentImages } from './post-queries.ts'

/**
 * Gives a new post these pictures of its author's.
 * @throws Problem 422 if one is gone, another's, in another post, or named twice
 */
export async function requireImages(tx: Writer, images: SentImages): Promise<void> {
  if (!(await attachImages(tx, images))) throw new Problem(422, 'images.gone')
}

/** The same for a post that has pictures already; those that are left out are deleted. False: nothing changes. */
export async function requireOtherImages(tx: Writer, images: SentImages): Promise<boolean> {
  const outcome = await replaceImages(tx, images)
  if (outcome === 'gone') throw new Problem(422, 'images.gone')
  return outcome === 'replaced'
}

/**
 * Of two edits at once, one may take the words and the other the pictures.
 * @throws Problem 422 if nothing is left
 */
export function requireContent({ body, imageCount }: { body: string; imageCount: number }): void {
  if (isBlank(body) && imageCount === 0) throw new Problem(422, 'posts.blank')
}
