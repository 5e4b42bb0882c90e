import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { engine } from '../database/engine.ts'
import { images } from '../database/schema.ts'
import { StorageUnavailable } from '../storage/storage.ts'
import { type ApiClient, programOf } from '../testing/api.ts'
import { animation, multipart, photo, type SentFile } from '../testing/pictures.ts'
import { openSite, type Site } from '../testing/site.ts'

describe(`pictures in the API, on ${engine}`, () => {
  let site: Site
  let susan: ApiClient
  let john: ApiClient
  before(async () => {
    site = await openSite()
    susan = await programOf(site, 'susan')
    john = await programOf(site, 'john')
  })
  after(() => site.close())

  const upload = async (
    program: ApiClient,
    files: SentFile[],
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ) => {
    const named = files.map(file => ({ field: 'file', ...file }))
    const sent = await multipart(named, fields)
    const all = { ...sent.headers, ...headers }
    return program.ask({ method: 'POST', url: '/api/media', payload: sent.payload, headers: all })
  }
  const uploaded = async (alt = '', width = 600) => {
    const { status, json } = await upload(susan, [{ data: await photo(width, 300) }], { alt })
    assert.equal(status, 201, JSON.stringify(json))
    return json
  }

  it('are uploaded, published with a post and shown with it', async () => {
    const image = await uploaded('  Two\r\nhalves\u0000 ')
    assert.deepEqual([image.alt, image.width, image.height, image.animated], ['Two\nhalves', 600, 300, false])
    assert.match(image.placeholder, /^data:image\/webp;base64,/)
    assert.deepEqual(
      image.files.map(({ width }: { width: number }) => width),
      [480, 600],
    )
    const file = new URL(image.files[0].url).pathname
    assert.equal((await site.visitor().get(file)).status, 404)
    const created = await susan.post('/api/posts', {
      body: '',
      images: [{ key: image.key, alt: 'Red and blue' }],
    })
    assert.equal(created.status, 201, created.text)
    assert.deepEqual(created.json.images, [{ ...image, alt: 'Red and blue' }])
    const url = `/api/posts/${created.json.id}`
    const reply = await john.post(`${url}/replies`, { body: 'Lovely', quotedId: created.json.id })
    assert.deepEqual(reply.json.quoted.images, created.json.images)
    assert.deepEqual([(await john.get(url)).json.images, reply.json.images], [created.json.images, []])
    assert.equal((await site.visitor().get(file)).status, 200)
  })

  it('move if they do', async () => {
    const { json } = await upload(susan, [{ data: await animation(5, 30), name: 'a.gif', type: 'image/gif' }])
    assert.deepEqual([json.animated, json.files.length], [true, 2])
  })

  it('are a post’s once, and their owner’s alone', async () => {
    const { key } = await uploaded()
    const post = (program: ApiClient, ...sent: object[]) =>
      program.post('/api/posts', { body: 'x', images: sent })
    const pointers = ({ json }: { json: { errors: object[] } }) => json.errors
    const gone = [
      {
        pointer: '#/images',
        detail: 'One of the pictures isn’t there any more, or is in another post already. Add it again.',
      },
    ]
    assert.deepEqual(pointers(await post(john, { key })), gone)
    assert.equal((await post(susan, { key }, { key })).status, 422)
    assert.equal((await post(susan, { key })).status, 201)
    assert.deepEqual(pointers(await post(susan, { key })), gone)
    assert.deepEqual(pointers(await post(susan, { key: '0'.repeat(32) })), gone)
  })

  it('are named in a list', async () => {
    const { key } = await uploaded()
    const five = Array.from({ length: 5 }, () => ({ key }))
    for (const wrong of [
      key,
      [key],
      [null],
      [{}],
      [{ key: 'x' }],
      [{ key, alt: 1 }],
      [{ key, more: 1 }],
      five,
      null,
      [{ key, alt: 'ñ'.repeat(1_001) }],
    ]) {
      const { status, json } = await susan.post('/api/posts', { body: 'x', images: wrong })
      assert.equal(status, 422, JSON.stringify(wrong))
      assert.deepEqual(
        json.errors.map(({ pointer }: { pointer: string }) => pointer),
        ['#/images'],
      )
    }
    const alt = 'ñ'.repeat(1_000)
    assert.equal(
      (await susan.post('/api/posts', { body: 'x', images: [{ key, alt }] })).json.images[0].alt,
      alt,
    )
  })

  it('are refused with a sentence about the file or its description', async () => {
    const jpeg = await photo(30, 20)
    const cases: [SentFile[], Record<string, string>, string[]][] = [
      [[], {}, ['#/file']],
      [[], { file: 'text' }, ['#/file']],
      [[{ data: Buffer.from('<svg/>') }], {}, ['#/file']],
      [[{ data: Buffer.alloc(0) }], {}, ['#/file']],
      [[{ data: jpeg.subarray(0, jpeg.length - 100) }], {}, ['#/file']],
      [[{ data: Buffer.alloc(10 * 1024 * 1024 + 1, jpeg) }], {}, ['#/file']],
      [[{ data: jpeg }], { alt: 'x'.repeat(1_001) }, ['#/alt']],
      [[{ data: jpeg }], { size: '3' }, ['#/size']],
      [[{ data: jpeg }, { data: jpeg, field: 'other' }], {}, ['#/other']],
    ]
    const before = await site.app.db.$count(images)
    for (const [index, [files, fields, expected]] of cases.entries()) {
      const { status, json } = await upload(susan, files, fields)
      assert.deepEqual(
        [status, json.errors.map(({ pointer }: { pointer: string }) => pointer)],
        [422, expected],
        `${index}`,
      )
    }
    assert.equal((await susan.post('/api/media', { file: 'x' })).status, 422)
    assert.equal(await site.app.db.$count(images), before)
  })

  it('are created once for one key', async () => {
    const [key, other] = [{ 'idempotency-key': 'one' }, { data: await photo(40, 20) }]
    const file = { data: await photo(30, 20) }
    const first = await upload(susan, [file], { alt: 'x' }, key)
    const again = await upload(susan, [file], { alt: 'x' }, key)
    assert.deepEqual(
      [again.status, again.json, again.headers['idempotency-replayed']],
      [201, first.json, 'true'],
    )
    assert.equal((await upload(susan, [other], { alt: 'x' }, key)).status, 422)
  })

  it('are not taken while the store is away', async () => {
    const { storage } = site.app
    site.app.storage = { ...storage, put: () => Promise.reject(new StorageUnavailable('away')) }
    const { status, json } = await upload(susan, [{ data: await photo(30, 20) }])
    assert.equal(status, 503)
    assert.match(json.detail, /can’t save pictures/)
    site.app.storage = storage
  })

  it('may be anything', async () => {
    // The same numbers each time: a failure can be looked at.
    let seed = 20261130
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return Math.floor((seed / 2 ** 31) * below)
    }
    const formats = ['jpeg', 'png', 'webp', 'avif', 'gif'] as const
    const whole = await Promise.all(formats.map(format => photo(60, 40, { format })))
    whole.push(await animation(6, 20), await animation(6, 20, 'webp'))
    const statuses = new Set<number>()
    for (let n = 0; n < 70; n++) {
      const data = Buffer.from(whole[n % whole.length] as Buffer)
      for (let change = random(6) + 1; change > 0; change--)
        data[random(n % 2 ? data.length : 60)] = random(256)
      const sent =
        n % 3
          ? data
          : Buffer.concat([data.subarray(0, random(data.length)), data.subarray(random(data.length))])
      const { status, json } = await upload(susan, [{ data: sent }])
      assert.ok(status === 201 || status === 422, `${n}: ${status}`)
      if (status === 422) assert.match(json.errors[0].detail, /picture|animation/)
      statuses.add(status)
    }
    assert.equal(statuses.size, 2, 'some are readable all the same')
  })
})
