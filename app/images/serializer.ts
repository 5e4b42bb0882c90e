/** Pictures of posts as the API shows them. */
import { Type } from 'typebox'
import { TextOrNull } from '../api/schemas.ts'
import type { Config } from '../config.ts'
import type { Image } from './queries.ts'
import { imagePath } from './shown.ts'

export const ImageResource = Type.Object(
  {
    key: Type.String({ description: 'What names it in the images of a post.' }),
    alt: Type.String({ description: 'What it shows, for people who don’t see it; empty if nobody said.' }),
    width: Type.Integer({ description: 'Of the largest file, in pixels.' }),
    height: Type.Integer(),
    animated: Type.Boolean({ description: 'It moves: the last file does, and the others stand still.' }),
    placeholder: TextOrNull({
      description: 'A tiny version as a data: address, to show until a file is there.',
    }),
    files: Type.Array(
      Type.Object({ width: Type.Integer(), height: Type.Integer(), url: Type.String({ format: 'uri' }) }),
      { description: 'WebP files of it, narrowest first.' },
    ),
  },
  { $id: 'Image', description: 'A picture.' },
)
export type ImageResource = Type.Static<typeof ImageResource>

export function serializeImage(image: Image, { publicUrl }: Config): ImageResource {
  const { key, alt, width, height, animated, placeholder, files } = image
  return {
    key,
    alt,
    width,
    height,
    animated,
    placeholder: placeholder === '' ? null : `data:image/webp;base64,${placeholder}`,
    files: files.map(file => ({
      width: file.width,
      height: file.height,
      url: publicUrl + imagePath(image, file.width),
    })),
  }
}
