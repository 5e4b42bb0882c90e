import { type Reader, type Writer } from '../database/database.ts'
import { lock } from '../database/lock.ts'
import { images, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { addImage, deleteImages } from '../images/queries.ts'
import type { StoredFiles } from '../images/storing.ts'
import { saveSettings } from './queries.ts'

/** The pictures that a person has: the one beside their name, and the one above their profile. */
export const pictureKinds = ['avatar', 'banner'] as const
export type PictureKind = (typeof pictureKinds)[number]
type Chosen = { userId: number; kind: PictureKind; stored: StoredFiles | null }

/** Gives a person a picture, or none, and deletes the one before it. */
export async function replacePicture(tx: Writer, { userId, kind, stored }: Chosen): Promise<void> {
  await lock(tx, `picture:${userId}`)
  const before = await pictureOf(tx, userId, kind)
  if (stored) await addImage(tx, { ...stored, userId, purpose: kind })
  await saveSettings(tx, userId, { [kind]: stored?.key ?? null })
  if (before) await deleteImages(tx, eq(images.key, before))
}

async function pictureOf(db: Reader, userId: number, kind: PictureKind): Promise<string | null> {
  const [found] = await db.select({ key: users[kind] }).from(users).where(eq(users.id, userId))
  return found?.key ?? null
}
