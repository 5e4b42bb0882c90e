import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import sharp from 'sharp'
import { openSite, type Site } from '../testing/site.ts'
import { ImageRefused, makeImage } from './processing.ts'
import { fileKey } from './queries.ts'
import { storeImage } from './storing.ts'

/** A JPEG of a red and a blue half, with a camera's metadata. */
function photo(width: number, height: number, orientation = 1): Promise<Buffer> {
  const half = { create: { width: Math.ceil(width / 2), height, channels: 3 as const, background: '#00c' } }
  return sharp({ create: { width, height, channels: 3, background: '#c00' } })
    .composite([{ input: half, left: 0, top: 0 }])
    .withExif({ IFD0: { Copyright: 'susan' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
    .withMetadata({ orientation })
    .jpeg()
    .toBuffer()
}

describe('images', () => {
  let site: Site
  before(async () => void (site = await openSite()))
  after(() => site.close())

  it('are turned upright, made small, and hold nothing of the camera', async () => {
    const made = await makeImage(await photo(2000, 1000, 6), { purpose: 'post' })
    assert.deepEqual([made.width, made.height], [1000, 2000])
    assert.deepEqual(
      made.files.map(({ width }) => width),
      [480, 960, 1000],
    )
    for (const { data, width, height } of made.files) {
      const found = await sharp(data).metadata()
      assert.deepEqual([found.format, found.width, found.height], ['webp', width, height])
      assert.equal(found.exif ?? found.xmp ?? found.icc ?? found.orientation, undefined)
    }
  })

  it('are cut to a square for a profile', async () => {
    const made = await makeImage(await photo(900, 600), { purpose: 'avatar' })
    assert.deepEqual([made.width, made.height], [512, 512])
  })

  it('are refused if they are none', async () => {
    for (const upload of ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'GIF89a', ''])
      await assert.rejects(makeImage(Buffer.from(upload), { purpose: 'post' }), ImageRefused)
  })

  it('are stored with their files', async () => {
    const userId = site.ids.susan
    const stored = await storeImage(site.app, { userId, upload: await photo(600, 300), purpose: 'post' })
    const found = await site.app.storage.get(fileKey(stored.key, 480))
    assert.equal(found?.length, stored.files[0]?.bytes)
  })
})
