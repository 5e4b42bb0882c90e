import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { images } from '../database/schema.ts'
import { StorageUnavailable } from '../storage/storage.ts'
import { programOf } from '../testing/api.ts'
import { eventually } from '../testing/eventually.ts'
import { freePort } from '../testing/free-port.ts'
import { multipart, photo } from '../testing/pictures.ts'
import { publishPictures } from '../testing/published-pictures.ts'
import { bucketAt } from '../testing/s3.ts'
import { openSite, type Site } from '../testing/site.ts'

const sentence = /We can’t save pictures at the moment/

describe('while the store of pictures is away', () => {
  let site: Site
  let upload: Buffer
  before(async () => {
    upload = await photo(600, 300)
    site = await openSite(bucketAt(await freePort()))
  })
  after(() => site.close())

  it('an upload is refused in a sentence, and leaves nothing', async () => {
    const susan = await site.signedIn('susan')
    const chosen = await susan.upload('/images', [{ data: upload }])
    assert.equal(chosen.status, 422)
    assert.match(chosen.text, sentence)
    const posted = await susan.upload('/posts', [{ data: upload }], { body: 'Tea at the harbour' })
    assert.equal(posted.status, 422)
    assert.match(posted.text, sentence)
    assert.match(posted.text, />\s*Tea at the harbour<\/textarea>/)
    const program = await programOf(site, 'susan')
    const { payload, headers } = await multipart([{ data: upload, field: 'file' }])
    const answer = await program.ask({ method: 'POST', url: '/api/media', payload, headers })
    assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '5'])
    assert.match(String(answer.json['detail']), sentence)
    assert.equal(await site.app.db.$count(images), 0)
  })
})

describe('a store of pictures that fails in the middle of an upload', () => {
  let site: Site
  before(async () => void (site = await openSite()))
  after(() => site.close())

  it('keeps none of its files, while pages come with the descriptions', async () => {
    const { app, config, ids } = site
    const alt = 'Boats in the harbour'
    const pictures = [{ upload: await photo(40, 20), alt }]
    const id = await publishPictures(app, { userId: ids.susan, body: '', pictures })
    const folder = config.media.kind === 'folder' ? config.media.path : ''
    const before = await readdir(folder)
    const { storage } = app
    let calls = 0
    const unavailable = () => Promise.reject(new StorageUnavailable('away'))
    app.storage = {
      ...storage,
      put: (key, bytes) => (++calls === 2 ? unavailable() : storage.put(key, bytes)),
      open: unavailable,
    }
    const susan = await site.signedIn('susan')
    assert.equal((await susan.upload('/images', [{ data: await photo(1000, 500) }])).status, 422)
    assert.equal(calls, 2)
    await eventually(async () => (await readdir(folder)).length === before.length)
    assert.equal(await app.db.$count(images), 1)
    for (const path of ['/', '/explore', `/posts/${id}`]) {
      const page = await susan.get(path)
      assert.equal(page.status, 200)
      assert.match(page.text, /alt="Boats in the harbour"/)
    }
  })
})
