import sharp from 'sharp'
import type { ImagePurpose } from '../../database/schema.ts'
import { type StoredFiles, storeFiles } from '../../images/storing.ts'
import type { Storage } from '../../storage/storage.ts'
import type { Canvas } from './canvas.ts'
import { drawFace } from './faces.ts'
import members from './people.json' with { type: 'json' }
import { drawScene, isScene, type SceneName } from './scenes.ts'
import { threads } from './threads.ts'

/** Faces and banners by username, and pictures by the key of their post. */
export type Drawn = {
  profiles: Map<string, Profile>
  pictures: Map<string, (StoredFiles & { alt: string })[]>
}

export type Profile = Record<'avatar' | 'banner', StoredFiles | null>

/** Draws the pictures, faces and banners of the community, and stores their files. */
export async function drawCommunity(storage: Storage): Promise<Drawn> {
  const drawn: Drawn = { profiles: new Map(), pictures: new Map() }
  for (const { username, face, banner } of members) {
    if (!face) continue
    const avatar = await store(storage, drawFace(face), 'avatar')
    const wide = banner ? await store(storage, drawScene(...sceneOf(banner)), 'banner') : null
    drawn.profiles.set(username, { avatar, banner: wide })
  }
  for (const { key, pictures } of threads.flatMap(({ posts }) => posts)) {
    const stored: (StoredFiles & { alt: string })[] = []
    for (const { scene, number, alt } of pictures)
      stored.push({ ...(await store(storage, drawScene(scene, number), 'post')), alt })
    drawn.pictures.set(key, stored)
  }
  return drawn
}

/** The scene and its number in words like `ferry 4`. */
function sceneOf(words: string): [SceneName, number] {
  const [scene = '', number] = words.split(' ')
  if (!isScene(scene)) throw new Error(`people.json: there is no scene ${scene}`)
  return [scene, Number(number)]
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
