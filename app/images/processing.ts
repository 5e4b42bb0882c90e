/** Makes what is uploaded safe and small: upright, without metadata, encoded again as WebP in a few widths. */
import { createHash } from 'node:crypto'
import type { Metadata, Sharp } from 'sharp'
import type { ImageFile, ImagePurpose } from '../database/schema.ts'

/** The widths of the files, in pixels. What is not as wide has a file of its own width. */
export const widths = {
  post: [480, 960, 1600],
  avatar: [96, 256, 512],
  banner: [640, 1280, 1920],
} as const satisfies Record<ImagePurpose, readonly number[]>
/** Width by height of what is cut to a shape. */
const ratios: Record<ImagePurpose, number | null> = { post: null, avatar: 1, banner: 3 }
const maxHeight = 3200

const maxPixels = 40_000_000
/** Of what must be decoded as a whole before it can be made smaller. */
const maxWholeBytes = 256_000_000
const maxFrames = 300
/** Of all frames of an animation together. */
const maxAnimatedPixels = 100_000_000
const maxAnimationBytes = 10 * 1024 * 1024
const timeoutSeconds = 20

export type ImageProblem = 'unknown' | 'broken' | 'too_large' | 'too_many_pixels' | 'too_many_frames' | 'busy'

/** What was uploaded cannot be shown. */
export class ImageRefused extends Error {
  override readonly name = 'ImageRefused'
  readonly problem: ImageProblem
  constructor(problem: ImageProblem, options?: ErrorOptions) {
    super(problem, options)
    this.problem = problem
  }
}

type SharpModule = typeof import('sharp')['default']

export type MadeFile = ImageFile & { data: Buffer }
/** `width` and `height` are those of the largest file, which is the last. */
export type MadeImage = {
  width: number
  height: number
  animated: boolean
  placeholder: string
  files: MadeFile[]
}

/** `crop`: which part is kept of what is cut to a shape, from 0 (left or top) to 100 (right or bottom). */
export type Making = { purpose: ImagePurpose; crop?: number }

/** Loaded with the first image: the site itself, which imports the types, never does. */
let loaded: Promise<SharpModule> | undefined

async function load(): Promise<SharpModule> {
  const { default: sharp } = await import('sharp')
  // Only what people upload is decoded, whatever else the library can read.
  sharp.block({ operation: ['VipsForeignLoad'] })
  const kinds = ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif']
  sharp.unblock({ operation: kinds.map(kind => `VipsForeignLoad${kind}`) })
  sharp.cache(false)
  sharp.concurrency(1)
  return sharp
}

/**
 * Makes the files of an uploaded image, in this process: `makeImage` in making.ts does it in another.
 * @param upload the path of the file, or its bytes
 * @throws ImageRefused
 */
export async function processImage(upload: string | Buffer, making: Making): Promise<MadeImage> {
  try {
    return await make(await (loaded ??= load()), upload, making)
  } catch (error) {
    if (error instanceof ImageRefused) throw error
    const isTooSlow = String(error).includes('timeout')
    throw new ImageRefused(isTooSlow ? 'busy' : 'broken', { cause: error })
  }
}

async function make(sharp: SharpModule, upload: string | Buffer, making: Making): Promise<MadeImage> {
  const { purpose } = making
  const { frames, upright } = await readable(sharp, upload, purpose)
  const open = (animated: boolean) =>
    sharp(upload, { animated, limitInputPixels: maxAnimatedPixels, sequentialRead: true, failOn: 'error' })
      .timeout({ seconds: timeoutSeconds })
      .autoOrient()
  if (frames > 1) return makeAnimation(sharp, open)
  const { data, info } = await shaped(open(false), upright, making)
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const again = () => sharp(data, { raw: { width, height, channels } })
  const files: MadeFile[] = []
  for (const each of widthsUpTo(width, purpose)) files.push(await fileOf(again().resize({ width: each })))
  return { width, height, animated: false, placeholder: await placeholderOf(sharp, again()), files }
}

/**
 * What the upload is, by its content.
 * @throws ImageRefused
 */
async function readable(sharp: SharpModule, upload: string | Buffer, purpose: ImagePurpose) {
  const metadata = await metadataOf(sharp, upload)
  const { width, height, pages = 1 } = metadata
  if (width * height > maxPixels || wholeBytes(metadata) > maxWholeBytes)
    throw new ImageRefused('too_many_pixels')
  // A profile's picture stands still, and what is too narrow for two files.
  const frames = purpose === 'post' && width > 1 ? pages : 1
  if (frames > maxFrames || frames * width * height > maxAnimatedPixels)
    throw new ImageRefused('too_many_frames')
  return { frames, upright: metadata.autoOrient }
}

async function metadataOf(sharp: SharpModule, upload: string | Buffer): Promise<Metadata> {
  try {
    return await sharp(upload, { limitInputPixels: false }).metadata()
  } catch (error) {
    throw new ImageRefused('unknown', { cause: error })
  }
}

/** The memory that decoding takes, measured, for the formats of which more than some lines are in memory at a time. */
function wholeBytes({ format, width, height, channels, depth, isProgressive }: Metadata): number {
  // So 16 megapixels are the most.
  if (format === 'heif') return width * height * 16
  return isProgressive ? width * height * channels * (depth === 'uchar' && format === 'png' ? 1 : 2) : 0
}

/**
 * An animation has two files: one that stands still, for lists and for people who want less motion, and one that moves.
 * The first is a pixel narrower, because a width is the name of a file.
 */
async function makeAnimation(sharp: SharpModule, open: (animated: boolean) => Sharp): Promise<MadeImage> {
  const { width } = await open(true).metadata()
  const shown = Math.min(width, widths.post[1])
  const moving = await fileOf(open(true).resize({ width: shown }))
  const still = await fileOf(open(false).resize({ width: Math.max(shown - 1, 1), height: moving.height }))
  if (moving.bytes > maxAnimationBytes) throw new ImageRefused('too_many_frames')
  const placeholder = await placeholderOf(sharp, open(false))
  return { width: moving.width, height: moving.height, animated: true, placeholder, files: [still, moving] }
}

/** A tiny WebP in base64; empty for what can be seen through, behind which it would stay visible. */
async function placeholderOf(sharp: SharpModule, image: Sharp): Promise<string> {
  const small = image.resize({ width: 16, height: 32, fit: 'inside' }).ensureAlpha().raw()
  const { data, info } = await small.toBuffer({ resolveWithObject: true })
  if (data.some((value, index) => index % 4 === 3 && value < 255)) return ''
  const { width, height } = info
  const opaque = sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha()
  return (await opaque.webp({ quality: 20 }).toBuffer()).toString('base64')
}

type Size = { width: number; height: number }

/** Fits into the largest file; what has a shape is cut from the upright image as large as possible, and has all widths. */
function shaped(opened: Sharp, upright: Size, { purpose, crop = 50 }: Making): Sharp {
  const width = widths[purpose].at(-1) as number
  const ratio = ratios[purpose]
  if (!ratio) return opened.resize({ width, height: maxHeight, fit: 'inside', withoutEnlargement: true })
  const part = {
    width: Math.max(1, Math.min(upright.width, Math.round(upright.height * ratio))),
    height: Math.max(1, Math.min(upright.height, Math.round(upright.width / ratio))),
  }
  const left = Math.round(((upright.width - part.width) * crop) / 100)
  const top = Math.round(((upright.height - part.height) * crop) / 100)
  return opened
    .extract({ ...part, left, top })
    .resize({ width, height: Math.round(width / ratio), fit: 'fill' })
}

/** The widths of the files of an image that is as wide as this, narrowest first. */
function widthsUpTo(width: number, purpose: ImagePurpose): number[] {
  return [...widths[purpose].filter(each => each < width), width]
}

async function fileOf(made: Sharp): Promise<MadeFile> {
  const { data, info } = await made.webp({ quality: 80 }).toBuffer({ resolveWithObject: true })
  const sha256 = createHash('sha256').update(data).digest('hex')
  return { width: info.width, height: info.pageHeight ?? info.height, bytes: data.length, sha256, data }
}
