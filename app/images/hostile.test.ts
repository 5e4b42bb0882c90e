/** What people upload by mistake or on purpose. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { animation, photo } from '../testing/pictures.ts'
import { makeImage } from './making.ts'
import { ImageRefused, type MadeImage } from './processing.ts'

const solid = (width: number, height: number, background = '#0a0') =>
  sharp({ create: { width, height, channels: 3, background }, limitInputPixels: false })
const made = (upload: Buffer) => makeImage(upload, { purpose: 'post' })
const problemOf = (upload: Buffer) =>
  made(upload).then(
    () => null,
    error => (error instanceof ImageRefused ? error.problem : error),
  )
/** Of the middle of the largest file. */
async function colorOf({ files }: MadeImage): Promise<number[]> {
  const { data, info } = await sharp(files.at(-1)?.data).raw().toBuffer({ resolveWithObject: true })
  const at = Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)
  return [...data.subarray(at * info.channels, (at + 1) * info.channels)]
}
function assertNear(found: number[], expected: number[], name: string): void {
  const isNear =
    found.length === expected.length && found.every((value, n) => Math.abs(value - (expected[n] ?? 0)) <= 6)
  assert.ok(isNear, `${name}: ${found.join()}, not ${expected.join()}`)
}

/** An interlaced PNG with 16 bits of each of four channels, of which only the beginning says how large it is. */
function claiming(width: number, height: number): Buffer {
  const header = Buffer.from('IHDR........\u0010\u0006\u0000\u0000\u0001', 'latin1')
  header.writeUInt32BE(width, 4)
  header.writeUInt32BE(height, 8)
  const chunk = (type: string, content = Buffer.alloc(0)) => {
    const named = Buffer.concat([Buffer.from(type), content])
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(content.length)
    check.writeUInt32BE(crc32(named))
    return Buffer.concat([length, named, check])
  }
  const parts = [
    chunk('IHDR', header.subarray(4)),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND'),
  ]
  return Buffer.concat([Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'), ...parts])
}

describe('an upload', () => {
  it('that is no picture is not decoded, whatever its name says', async () => {
    const uploads = {
      nothing: '',
      SVG: '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
      'SVG after a declaration': '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
      HTML: '<!doctype html><script>alert(1)</script>',
      ZIP: 'PK\u0003\u0004\u0014\0\0\0\b\0',
      PDF: '%PDF-1.4\n1 0 obj\n<<>>\nendobj',
      PPM: 'P3 1 1 255 1 2 3',
      'the start of a PNG': '\u0089PNG',
      'the start of a GIF': 'GIF89a',
    }
    for (const [name, upload] of Object.entries(uploads))
      assert.equal(await problemOf(Buffer.from(upload, 'latin1')), 'unknown', name)
    assert.equal(await problemOf(await solid(9, 9).tiff().toBuffer()), 'unknown', 'TIFF')
  })

  it('that is cut off is damaged', async () => {
    for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif'] as const) {
      const whole = await photo(300, 200, { format })
      const problem = await problemOf(whole.subarray(0, whole.length * 0.6))
      assert.ok(problem === 'broken' || problem === 'unknown', `${format}: ${problem}`)
    }
  })

  it('that would be far larger than it looks is refused before it is decoded', async () => {
    const bomb = await solid(10_000, 10_000).png({ compressionLevel: 9 }).toBuffer()
    assert.ok(bomb.length < 400_000)
    assert.equal(await problemOf(bomb), 'too_many_pixels')
    assert.equal(await problemOf(claiming(7_000, 5_000)), 'too_many_pixels', 'decoded as a whole')
    assert.equal(await problemOf(await animation(10_000, 2)), 'too_many_frames')
  })

  it('of any shape fits', async () => {
    for (const [width, height, expected] of [
      [1, 1, [1, 1]],
      [20_000, 10, [1600, 1]],
      [10, 20_000, [2, 3200]],
      [1, 30_000, [1, 3200]],
    ] as const) {
      const found = await made(await solid(width, height).png().toBuffer())
      assert.deepEqual([found.width, found.height], expected, `${width} × ${height}`)
      for (const { data } of found.files) assert.equal((await sharp(data).metadata()).format, 'webp')
    }
  })

  it('is turned upright, whichever way the camera was held', async () => {
    // The corner that is red and the one that is blue, of the camera's picture: left and right.
    const corners = {
      1: 'left',
      2: 'right',
      3: 'right',
      4: 'left',
      5: 'top',
      6: 'top',
      7: 'bottom',
      8: 'bottom',
    }
    for (const [orientation, red] of Object.entries(corners)) {
      const { files, width, height } = await made(await photo(80, 40, { orientation: Number(orientation) }))
      const isTurned = Number(orientation) > 4
      assert.deepEqual([width, height], isTurned ? [40, 80] : [80, 40], orientation)
      const { data, info } = await sharp(files[0]?.data).raw().toBuffer({ resolveWithObject: true })
      const redAt = (x: number, y: number) => (data[(y * info.width + x) * info.channels] ?? 0) > 100
      const places = {
        left: redAt(5, 5) && !redAt(width - 5, 5),
        right: !redAt(5, 5) && redAt(width - 5, 5),
        top: redAt(5, 5) && !redAt(5, height - 5),
        bottom: !redAt(5, 5) && redAt(5, height - 5),
      }
      assert.ok(places[red as keyof typeof places], `${orientation}: ${JSON.stringify(places)}`)
    }
  })

  it('keeps its colors in sRGB, whatever it is made of', async () => {
    const [green, profiled] = [
      [0, 170, 0],
      await solid(30, 20).withIccProfile('p3').jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
    ]
    assert.ok((await sharp(profiled).metadata()).hasProfile)
    const uploads = {
      'with a profile': profiled,
      'of 16 bits': await solid(30, 20).toColourspace('rgb16').png().toBuffer(),
      interlaced: await solid(30, 20).png({ progressive: true }).toBuffer(),
      'with a palette': await solid(30, 20).png({ palette: true }).toBuffer(),
    }
    for (const [name, upload] of Object.entries(uploads))
      assertNear(await colorOf(await made(upload)), green, name)
    const printed = await solid(30, 20, '#fff').toColourspace('cmyk').jpeg().toBuffer()
    assertNear(await colorOf(await made(printed)), [255, 255, 255], 'CMYK')
    const glass = {
      create: { width: 30, height: 20, channels: 4 as const, background: { r: 0, g: 170, b: 0, alpha: 0.5 } },
    }
    const seen = await colorOf(await made(await sharp(glass).png({ palette: true }).toBuffer()))
    assertNear(seen, [0, 170, 0, 128], 'that one sees through')
  })

  it('loses what is hidden in it or after it', async () => {
    const secret = 'PK\u0003\u0004<script>alert(1)</script>'
    const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/">${secret}</x:xmpmeta>`
    const uploads = [
      Buffer.concat([await photo(60, 40), Buffer.from(secret)]),
      Buffer.concat([await photo(60, 40, { format: 'gif' }), Buffer.from(secret)]),
      await solid(60, 40)
        .withXmp(xmp)
        .withExif({ IFD0: { ImageDescription: secret } })
        .jpeg()
        .toBuffer(),
      await solid(60, 40)
        .withExif({ IFD0: { ImageDescription: secret } })
        .png()
        .toBuffer(),
    ]
    for (const upload of uploads) {
      assert.ok(upload.includes('<script>'))
      for (const { data } of (await made(upload)).files) {
        assert.ok(!data.includes('script') && !data.includes('PK\u0003\u0004'))
        assert.equal(data.subarray(0, 4).toString(), 'RIFF')
      }
    }
  })

  it('moves on, in a picture of a post', async () => {
    for (const format of ['gif', 'webp'] as const) {
      const found = await made(await animation(12, 40, format))
      assert.equal((await sharp(found.files.at(-1)?.data).metadata()).pages, 12, format)
    }
  })

  it('that breaks the decoder does not keep others from theirs', async () => {
    const [first, ...others] = await Promise.all([
      problemOf(Buffer.from('GIF89a')),
      problemOf(await photo(30, 20)),
      problemOf(await photo(20, 30)),
    ])
    assert.deepEqual([first, ...others], ['unknown', null, null])
  })
})
