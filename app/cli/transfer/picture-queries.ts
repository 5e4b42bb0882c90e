import type { Reader } from '../../database/database.ts'
import { images } from '../../database/schema.ts'
import { asc, gt } from '../../database/sql.ts'

const pageSize = 500

/** Every image and its files, in the order of their ids. */
export async function* storedImages(db: Reader) {
  let last = 0
  for (;;) {
    const page = await db
      .select({ id: images.id, key: images.key, files: images.files })
      .from(images)
      .where(gt(images.id, last))
      .orderBy(asc(images.id))
      .limit(pageSize)
    yield* page
    if (page.length < pageSize) return
    last = page.at(-1)?.id as number
  }
}
