/** Pictures that tests make, and the forms that carry them. */
import sharp from 'sharp'

/** What a camera turned around writes beside the pixels. */
export type Shot = { orientation?: number; format?: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' }

/** A picture of a red half on the left and a blue one, with a camera's metadata. */
export function photo(
  width: number,
  height: number,
  { orientation = 1, format = 'jpeg' }: Shot = {},
): Promise<Buffer> {
  const half = { create: { width: Math.ceil(width / 2), height, channels: 3 as const, background: '#00c' } }
  const left = width - half.create.width
  return sharp({ create: { width, height, channels: 3, background: '#c00' } })
    .composite([{ input: half, left, top: 0 }])
    .withExif({ IFD0: { Copyright: 'susan' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
    .withMetadata({ orientation })
    .toFormat(format)
    .toBuffer()
}

/** Moving pictures of as many frames. */
export function animation(frames: number, size = 8, format: 'gif' | 'webp' = 'gif'): Promise<Buffer> {
  const pixels = Buffer.alloc(size * size * frames * 3, 'a red, a green and a blue value of each pixel')
  for (let frame = 0; frame < frames; frame++)
    pixels.fill(frame * 37, frame * size * size * 3, (frame + 0.5) * size * size * 3)
  const raw = { width: size, height: size * frames, channels: 3 as const, pageHeight: size }
  return sharp(pixels, { raw }).toFormat(format).toBuffer()
}

/** A file of a form; `files` is the field of the composer. */
export type SentFile = { data: Uint8Array; field?: string; name?: string; type?: string }

/** A form with files, as browsers send it. */
export async function multipart(files: SentFile[], fields: Record<string, string> = {}) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  for (const { data, field = 'files', name = 'picture.jpg', type = 'image/jpeg' } of files)
    form.append(field, new File([data], name, { type }))
  const response = new Response(form)
  const headers = { 'content-type': String(response.headers.get('content-type')) }
  return { payload: Buffer.from(await response.arrayBuffer()), headers }
}
