import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import sharp from 'sharp'
import { images } from '../database/schema.ts'
import { eventually } from '../testing/eventually.ts'
import { photo } from '../testing/pictures.ts'
import { openSite, type Site } from '../testing/site.ts'
import { makeImage } from './making.ts'
import { ImageRefused } from './processing.ts'
import { fileKey } from './queries.ts'
import { storeImage } from './storing.ts'

describe('images', () => {
  let site: Site
  before(async () => void (site = await openSite()))
  after(() => site.close())

  it('are turned upright, made small, and hold nothing of the camera', async () => {
    const made = await makeImage(await photo(2000, 1000, { orientation: 6 }), { purpose: 'post' })
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

  it('that move have a file that stands still, too, under a name of its own', async () => {
    for (const [width, expected] of [
      [1200, [959, 960]],
      [40, [39, 40]],
    ] as const) {
      const frames = ['#c00', '#0c0', '#00c'].map(background => ({
        create: { width, height: 30, channels: 3 as const, background },
      }))
      const images = await Promise.all(frames.map(frame => sharp(frame).png().toBuffer()))
      const upload = await sharp(images, { join: { animated: true } })
        .gif()
        .toBuffer()
      const made = await makeImage(upload, { purpose: 'post' })
      assert.equal(made.animated, true)
      assert.deepEqual(
        made.files.map(file => file.width),
        expected,
      )
      const pages = await Promise.all(
        made.files.map(async ({ data }) => (await sharp(data).metadata()).pages ?? 1),
      )
      assert.deepEqual(pages, [1, 3])
      assert.equal(made.files[0]?.height, made.files[1]?.height)
    }
  })

  it('have a placeholder, unless one sees through them', async () => {
    const create = (alpha: number) => ({
      create: { width: 200, height: 100, channels: 4 as const, background: { r: 200, g: 0, b: 0, alpha } },
    })
    const [opaque, transparent] = await Promise.all(
      [1, 0.5].map(async alpha =>
        makeImage(await sharp(create(alpha)).png().toBuffer(), { purpose: 'post' }),
      ),
    )
    assert.equal(transparent?.placeholder, '')
    const placeholder = await sharp(Buffer.from(String(opaque?.placeholder), 'base64')).metadata()
    assert.deepEqual([placeholder.format, placeholder.width, placeholder.hasAlpha], ['webp', 16, false])
  })

  it('are cut where one says, turned upright before, and always have every width', async () => {
    /** Red and blue of the middle of the outer columns, or rows if it is high. */
    const colors = async (upload: Buffer, crop: number, purpose: 'avatar' | 'banner' = 'avatar') => {
      const { files } = await makeImage(upload, { purpose, crop })
      assert.deepEqual(
        files.map(({ width }) => width),
        purpose === 'avatar' ? [96, 256, 512] : [640, 1280, 1920],
      )
      const { data, info } = await sharp(files[0]?.data).raw().toBuffer({ resolveWithObject: true })
      const colorAt = (x: number, y: number) => {
        const [red = 0, , blue = 0] = data.subarray((y * info.width + x) * info.channels)
        return red > blue ? 'red' : 'blue'
      }
      const [right, bottom] = [info.width - 1, info.height - 1]
      return [colorAt(0, 0), colorAt(right, 0), colorAt(0, bottom), colorAt(right, bottom)]
    }
    const wide = await photo(900, 300)
    const sides = { left: ['blue', 'blue', 'blue', 'blue'], right: ['red', 'red', 'red', 'red'] }
    const [ofLeft, ofRight] = [await colors(wide, 0), await colors(wide, 100)]
    assert.notDeepEqual(ofLeft, ofRight)
    assert.deepEqual([ofLeft, ofRight].toSorted(), [sides.left, sides.right])
    // A quarter from the left: the edge between the halves is inside, right of the middle.
    assert.deepEqual(new Set(await colors(wide, 37)).size, 2)
    const high = await photo(900, 300, { orientation: 6 })
    const [ofTop, ofBottom] = [await colors(high, 0), await colors(high, 100)]
    assert.deepEqual([ofTop, ofBottom].toSorted(), [sides.left, sides.right])
    assert.notDeepEqual(ofTop, ofBottom)
    assert.equal(new Set(await colors(await photo(4, 40, { format: 'png' }), 50, 'banner')).size, 2)
  })

  it('are refused if they are none', async () => {
    for (const upload of ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'GIF89a', ''])
      await assert.rejects(makeImage(Buffer.from(upload), { purpose: 'post' }), ImageRefused)
  })

  it('leave no files where their row cannot be written', async () => {
    const nobody = { userId: 987_654, upload: await photo(8, 8), purpose: 'post' } as const
    await assert.rejects(storeImage(site.app, nobody))
    await eventually(async () => {
      const rows = new Set((await site.app.db.select({ key: images.key }).from(images)).map(({ key }) => key))
      for await (const { key } of site.app.storage.list())
        if (!rows.has(key.split('/')[0] ?? '')) return false
      return true
    })
  })

  it('are stored with their files', async () => {
    const userId = site.ids.susan
    const stored = await storeImage(site.app, { userId, upload: await photo(600, 300), purpose: 'post' })
    const found = await site.app.storage.get(fileKey(stored.key, 480))
    assert.equal(found?.length, stored.files[0]?.bytes)
  })
})
