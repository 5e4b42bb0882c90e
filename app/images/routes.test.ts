import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { blocks, images, posts, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { StorageUnavailable } from '../storage/storage.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { photo } from '../testing/pictures.ts'
import { openSite, type Site } from '../testing/site.ts'
import type { Image } from './queries.ts'
import { storeImage } from './storing.ts'

describe('the file of an image', () => {
  let site: Site
  let shown: Image
  let unpublished: Image
  let avatar: Image
  const people = {} as Record<'visitor' | 'susan' | 'john' | 'mary', Browser>
  const urlOf = ({ key, files }: Image) => `/images/${key}/${files[0]?.width}.webp`

  before(async () => {
    site = await openSite()
    const { app, ids } = site
    const [postId = 0] = await site.write('susan', ['A harbour'])
    const store = async (purpose: 'post' | 'avatar') =>
      storeImage(app, { userId: ids.susan, upload: await photo(40, 20), purpose })
    shown = await store('post')
    unpublished = await store('post')
    avatar = await store('avatar')
    await app.db.transaction(async tx => {
      await tx.update(images).set({ postId }).where(eq(images.id, shown.id))
      await tx.update(posts).set({ imageCount: 1 }).where(eq(posts.id, postId))
      await tx.update(users).set({ avatar: avatar.key }).where(eq(users.id, ids.susan))
      await tx.insert(blocks).values({ blockerId: ids.susan, blockedId: ids.mary, createdAt: new Date() })
    })
    people.visitor = site.visitor()
    for (const name of ['susan', 'john', 'mary'] as const) people[name] = await site.signedIn(name)
  })
  after(() => site.close())

  const statuses = async (image: Image) => {
    const answers = await Promise.all(Object.values(people).map(each => each.get(urlOf(image))))
    return answers.map(({ status }) => status)
  }

  it('is seen by those who see its post or its person, and by its owner until it is published', async () => {
    assert.deepEqual(Object.keys(people), ['visitor', 'susan', 'john', 'mary'])
    assert.deepEqual(await statuses(shown), [200, 200, 200, 404])
    assert.deepEqual(await statuses(avatar), [200, 200, 200, 404])
    assert.deepEqual(await statuses(unpublished), [404, 200, 404, 404])
  })

  it('that is hidden is answered as one that was never there', async () => {
    const body = ({ page }: Answer) => page.querySelector('main')?.text
    const missing = await people.mary.get(`/images/${'0'.repeat(32)}/40.webp`)
    for (const image of [shown, unpublished]) {
      const hidden = await people.mary.get(urlOf(image))
      assert.equal(body(hidden), body(missing))
      assert.deepEqual(Object.keys(hidden.headers), Object.keys(missing.headers))
    }
    for (const file of ['41.webp', '040.webp', '40.png', '40', '..%2f40.webp', '99999.webp'])
      assert.equal((await people.susan.get(`/images/${shown.key}/${file}`)).status, 404, file)
  })

  it('does nothing but show, and shared caches soon forget it', async () => {
    const seen = async (browser: Browser, image: Image) => {
      const { headers } = await browser.get(urlOf(image))
      assert.equal(headers['content-type'], 'image/webp')
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['content-security-policy'], "default-src 'none'; sandbox")
      assert.equal(headers['content-encoding'], undefined)
      return [headers['cache-control'], headers['cross-origin-resource-policy']]
    }
    const [year, shared] = ['max-age=31536000', 's-maxage=600']
    assert.deepEqual(await seen(people.visitor, shown), [
      `public, ${year}, ${shared}, immutable`,
      'cross-origin',
    ])
    assert.deepEqual(await seen(people.john, shown), [`private, ${year}, immutable`, 'cross-origin'])
    assert.deepEqual(await seen(people.susan, unpublished), ['private, no-cache', 'same-origin'])
  })

  it('is asked for with one statement besides the session, and not sent again', async () => {
    const first = await people.john.get(urlOf(shown))
    const { storage } = site.app
    site.app.storage = { ...storage, open: () => Promise.reject(new Error('the file is not needed')) }
    site.statements.length = 0
    const again = await people.john.get(urlOf(shown), { 'if-none-match': String(first.headers['etag']) })
    assert.deepEqual([again.status, again.text], [304, ''])
    assert.ok(site.statements.length <= 2, site.statements.join('\n'))
    const head = await people.john.ask({ method: 'HEAD', url: urlOf(shown) })
    assert.deepEqual([head.status, head.headers['content-length']], [200, String(shown.files[0]?.bytes)])
    site.app.storage = storage
  })

  it('is missing if the store lost it, and unavailable while the store is away', async () => {
    const { storage } = site.app
    site.app.storage = { ...storage, open: async () => null }
    assert.equal((await people.john.get(urlOf(shown))).status, 404)
    site.app.storage = { ...storage, open: () => Promise.reject(new StorageUnavailable('away')) }
    const away = await people.john.get(urlOf(shown))
    assert.deepEqual([away.status, away.headers['retry-after']], [503, '5'])
    assert.deepEqual([away.headers['cache-control'], away.headers['etag']], ['no-store', undefined])
    site.app.storage = storage
    assert.equal((await people.john.get(urlOf(shown))).status, 200)
  })
})
