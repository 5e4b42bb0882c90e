/** Posts with pictures, for tests that look at them. */
import type { FastifyInstance } from 'fastify'
import type { SentImage } from '../images/post-queries.ts'
import { storeImage } from '../images/storing.ts'
import { publishPost } from '../posts/queries.ts'

type PictureOfPost = { upload: Buffer; alt?: string }
type PostWithPictures = {
  userId: number
  body: string
  pictures: PictureOfPost[]
  contentWarning?: string | null
}

/** Publishes a post with pictures, and returns its id. */
export async function publishPictures(
  app: FastifyInstance,
  { userId, body, pictures, contentWarning = null }: PostWithPictures,
): Promise<number> {
  const images: SentImage[] = []
  for (const picture of pictures) {
    const { key } = await storeImage(app, { alt: '', ...picture, userId, purpose: 'post' })
    images.push({ key })
  }
  const draft = { userId, body, language: 'en', submission: null, contentWarning, images }
  return app.db.transaction(tx => publishPost(tx, draft, new Date()))
}
