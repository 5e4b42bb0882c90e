import sharp from 'sharp'
import type { ImagePurpose } from '../../database/schema.ts'
import { type StoredFiles, storeFiles } from '../../images/storing.ts'
import type { Storage } from '../../storage/storage.ts'
import type { Canvas } from './canvas.ts'
import { drawFace } from './faces.ts'
import members from './people.json' with { type: 'json' }
import { drawScene } from './scenes.ts'
import { threads } from './threads.ts'

/** Faces by username, and pictures by the key of their post. */
export type Drawn = {
  faces: Map<string, StoredFiles>
  pictures: Map<string, (StoredFiles & { alt: string })[]>
}

/** Draws the pictures and faces of the community, and stores their files. */
export async function drawCommunity(storage: Storage): Promise<Drawn> {
  const drawn: Drawn = { faces: new Map(), pictures: new Map() }
  for (const { username, face } of members)
    if (face) drawn.faces.set(username, await store(storage, drawFace(face), 'avatar'))
  for (const { key, pictures } of threads.flatMap(({ posts }) => posts)) {
    const stored: (StoredFiles & { alt: string })[] = []
    for (const { scene, number, alt } of pictures)
      stored.push({ ...(await store(storage, drawScene(scene, number), 'post')), alt })
    drawn.pictures.set(key, stored)
  }
  return drawn
}

async function store(
  storage: Storage,
  { pixels, width, height }: Canvas,
  purpose: ImagePurpose,
): Promise<StoredFiles> {
  const upload = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toBuffer()
  return storeFiles(storage, { upload, purpose })
}
