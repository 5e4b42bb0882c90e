/** How the image of a post is shown: the addresses of its files, and the box that it has before they arrive. */
import type { Author } from '../people/person.ts'
import type { Post } from '../posts/post.ts'
import { widths } from './processing.ts'
import { fileKey, type Image } from './queries.ts'

type Files = Pick<Image, 'key' | 'animated' | 'files'>
type Box = { width: number; height: number; isTiny: boolean; cut: 'wide' | 'tall' | null }

/** The address of a file. */
export function imagePath({ key }: Pick<Image, 'key'>, width: number): string {
  return `/images/${fileKey(key, width)}`
}

/** The files that stand still, narrowest first. Lists show these alone: an animation moves where somebody opens it. */
export function stillFiles({ animated, files }: Files): Image['files'] {
  return animated ? files.slice(0, 1) : files
}

/** What `src` and `srcset` say of an image: without `moving`, of the files that stand still. */
export function sourcesOf(image: Files, moving = false): { src: string; srcset: string } {
  const files = moving ? image.files.slice(-1) : stillFiles(image)
  const candidates = files.map(({ width }) => `${imagePath(image, width)} ${width}w`)
  const [narrowest] = files
  return { src: imagePath(image, narrowest?.width ?? 0), srcset: candidates.join(', ') }
}

/** The largest file that stands still, for other sites. */
export function largestStill(image: Files): { path: string; width: number; height: number; bytes: number } {
  const { width = 0, height = 0, bytes = 0 } = stillFiles(image).at(-1) ?? {}
  return { path: imagePath(image, width), width, height, bytes }
}

/** Width by height of what is shown whole; the rest is one press away. */
const narrowest = 1 / 2
const widest = 3
/** What is no larger stands in a frame, so that there is something to press. */
const tiny = 128

/** The box of a picture that a post shows alone, in CSS pixels: as large as it fits, and never larger than it is. */
export function boxOf({ width, height }: Image, most: { width: number; height: number }): Box {
  const ratio = Math.min(Math.max(width / height, narrowest), widest)
  const shown = Math.min(most.width, most.height * ratio, width, height * ratio)
  const cut = width / height > widest ? 'wide' : width / height < narrowest ? 'tall' : null
  return {
    width: Math.max(Math.round(shown), 1),
    height: Math.max(Math.round(shown / ratio), 1),
    isTiny: width <= tiny && height <= tiny,
    cut,
  }
}

const page = { width: 984, height: 820 }

/** The box of a picture on its own page, where it is shown whole; what is as long as a comic is read down the page. */
export function wholeBoxOf({ width, height }: Pick<Image, 'width' | 'height'>): Omit<Box, 'isTiny' | 'cut'> {
  const isLong = height > 3 * width
  const scale = Math.min(1, page.width / width, isLong ? 1 : page.height / height)
  return { width: Math.max(Math.round(width * scale), 1), height: Math.max(Math.round(height * scale), 1) }
}

type Shared = { path: string; width: number; height: number; alt: string }

/** The picture that other sites show beside a link to a post: its first, unless it warns of something, or its author's. */
export function sharedImage({
  images: [first],
  contentWarning,
  author,
}: Pick<Post, 'images' | 'contentWarning' | 'author'>): Shared | undefined {
  return first && !contentWarning ? { ...largestStill(first), alt: first.alt } : sharedFace(author)
}

/** The picture beside a link to a person. */
export function sharedFace({ avatar }: Pick<Author, 'avatar'>): Shared | undefined {
  if (avatar === null) return undefined
  const width = widths.avatar[2]
  return { path: imagePath({ key: avatar }, width), width, height: width, alt: '' }
}
