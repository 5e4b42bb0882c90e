import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { closeAccount } from '../accounts/closure-queries.ts'
import { engine } from '../database/engine.ts'
import { type ImagePurpose, images, jobs, users } from '../database/schema.ts'
import { eq, inArray } from '../database/sql.ts'
import { scheduleCleanup } from '../jobs/cleanup.ts'
import { type Storage, StorageUnavailable } from '../storage/storage.ts'
import { photo } from '../testing/pictures.ts'
import { publishPictures } from '../testing/published-pictures.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'
import { storeImage } from './storing.ts'

const day = 86_400_000

describe(`images on ${engine}`, () => {
  let site: Site
  let upload: Buffer
  before(async () => {
    site = await openSite()
    upload = await photo(40, 20)
  })
  after(() => site.close())

  const store = async (name: Name, purpose: ImagePurpose = 'post') => {
    const { key } = await storeImage(site.app, { userId: site.ids[name], upload, purpose })
    return key
  }

  /** A post with as many pictures, and their keys. */
  async function illustrate(name: Name, count: number) {
    const pictures = Array.from({ length: count }, () => ({ upload }))
    const id = await publishPictures(site.app, { userId: site.ids[name], body: '', pictures })
    const found = await site.app.db.select({ key: images.key }).from(images).where(eq(images.postId, id))
    return { id, keys: found.map(({ key }) => key) }
  }

  const setProfile = (name: Name, set: { avatar?: string; banner?: string }) =>
    site.app.db.transaction(async tx => {
      await tx.update(users).set(set).where(eq(users.id, site.ids[name]))
    })

  /** Which of these images have a row, and which of them have files. */
  async function left(keys: string[]) {
    const rows = await site.app.db.select({ key: images.key }).from(images).where(inArray(images.key, keys))
    const files: string[] = []
    for (const key of keys)
      for await (const file of site.app.storage.list(`${key}/`)) files.push(file.key.slice(0, 32))
    const inOrder = (found: string[]) => keys.filter(key => found.includes(key))
    return { rows: inOrder(rows.map(({ key }) => key)), files: inOrder(files) }
  }
  const nothing = { rows: [], files: [] }

  it('go with their post, and no others', async () => {
    const gone = await illustrate('susan', 3)
    const other = await illustrate('susan', 1)
    const susan = await site.signedIn('susan')
    await susan.post(`/posts/${gone.id}/delete`)
    assert.deepEqual((await left(gone.keys)).rows, [])
    await site.workJobs()
    assert.deepEqual(await left(gone.keys), nothing)
    assert.deepEqual(await left(other.keys), { rows: other.keys, files: other.keys })
  })

  it('cost a post without pictures no statement when it is deleted', async () => {
    const [plain] = await site.write('susan', ['plain'])
    const susan = await site.signedIn('susan')
    site.statements.length = 0
    await susan.post(`/posts/${plain}/delete`)
    assert.deepEqual(
      site.statements.filter(statement => statement.includes('images')),
      [],
    )
  })

  it('go with their account: those of posts, of the profile, and those not yet published', async () => {
    const { keys } = await illustrate('david', 2)
    const avatar = await store('david', 'avatar')
    const banner = await store('david', 'banner')
    await setProfile('david', { avatar, banner })
    keys.push(avatar, banner, await store('david'))
    const { keys: others } = await illustrate('john', 1)
    await site.app.db.transaction(tx => closeAccount(tx, site.ids.david, new Date()))
    const isDavid = eq(users.id, site.ids.david)
    const [closed] = await site.app.db.select().from(users).where(isDavid)
    assert.deepEqual([closed?.avatar, closed?.banner], [null, null])
    await site.workJobs()
    assert.equal(await site.app.db.$count(users, isDavid), 0)
    assert.deepEqual(await left(keys), nothing)
    assert.deepEqual(await left(others), { rows: others, files: others })
  })

  it('go a day after their upload if no post and no profile has them', async () => {
    const { db } = site.app
    const { keys: published } = await illustrate('mary', 1)
    const avatar = await store('mary', 'avatar')
    const banner = await store('mary', 'banner')
    await setProfile('mary', { avatar, banner })
    const unused = [await store('mary'), await store('mary', 'avatar'), await store('mary', 'banner')]
    const used = [...published, avatar, banner]
    const all = [...unused, ...used]
    await scheduleCleanup(db)
    await site.workJobs()
    assert.deepEqual(await left(all), { rows: all, files: all })
    // Cleanup comes every hour; this one has the clock of the next day.
    await site.workJobs(new Date(Date.now() + day + 60_000))
    await site.workJobs(new Date(Date.now() + day + 60_000))
    assert.deepEqual(await left(all), { rows: used, files: used })
  })

  it('lose their files once the storage is back, however long it was away', async () => {
    const { db, storage } = site.app
    const { id, keys } = await illustrate('john', 2)
    const away: Storage['delete'] = async () => {
      throw new StorageUnavailable('away')
    }
    const original = storage.delete
    storage.delete = away
    try {
      const john = await site.signedIn('john')
      assert.equal((await john.post(`/posts/${id}/delete`)).status, 303)
      for (let hours = 1; hours <= 30; hours++) await site.workJobs(new Date(Date.now() + hours * 3_600_000))
    } finally {
      storage.delete = original
    }
    const isJob = eq(jobs.name, 'images.delete_files')
    const waiting = (await db.select().from(jobs).where(isJob)).filter(({ state }) => state === 'waiting')
    assert.equal(waiting.length, 1)
    assert.deepEqual(await left(keys), { rows: [], files: keys })
    await site.workJobs(new Date(Date.now() + 3 * day))
    assert.deepEqual(await left(keys), nothing)
  })
})
