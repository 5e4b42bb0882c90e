import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Environment } from '../../config.ts'
import { engine } from '../../database/engine.ts'
import { images, posts, users } from '../../database/schema.ts'
import { asc, eq } from '../../database/sql.ts'
import { fileKey } from '../../images/queries.ts'
import { storeImage } from '../../images/storing.ts'
import { photo } from '../../testing/pictures.ts'
import { runProcess } from '../../testing/process.ts'
import { publishPictures } from '../../testing/published-pictures.ts'
import { openStore, type Store } from '../../testing/s3.ts'
import { type Name, openSite, type Site } from '../../testing/site.ts'

let store: Store
let upload: Buffer
before(async () => {
  store = await openStore()
  upload = await photo(40, 20)
})
after(() => store.close())

for (const kind of ['folder', 'bucket'])
  describe(`npm run media:check of a ${kind} on ${engine}`, () => {
    let site: Site
    let environment: Environment
    before(async () => {
      site = await openSite(kind === 'bucket' ? store.environment : {})
      const { database, media } = site.config
      const place: Environment =
        media.kind === 'folder' ? { MEDIA_URL: `file:${media.path}` } : store.environment
      const url = database.engine === 'sqlite' ? `sqlite:${database.file}` : database.url
      environment = { ...place, DATABASE_URL: url }
    })
    after(() => site.close())

    const check = async (...flags: string[]) => {
      const { code, output } = await runProcess(['app/cli.ts', 'media:check', ...flags], environment)
      const lines = output.trim().split('\n')
      return { code, lines: lines.slice(0, -1).toSorted(), conclusion: lines.at(-1) ?? '' }
    }
    const addAvatar = async (name: Name) => {
      const { key, files } = await storeImage(site.app, { userId: site.ids[name], upload, purpose: 'avatar' })
      return { key, file: fileKey(key, files[0]?.width ?? 0) }
    }
    /** A post with as many pictures, whose keys and files these are. */
    const illustrate = async (name: Name, count: number) => {
      const pictures = Array.from({ length: count }, () => ({ upload }))
      const id = await publishPictures(site.app, { userId: site.ids[name], body: '', pictures })
      const rows = await site.app.db
        .select()
        .from(images)
        .where(eq(images.postId, id))
        .orderBy(asc(images.position))
      return { id, of: rows.map(({ key, files }) => ({ key, file: fileKey(key, files[0]?.width ?? 0) })) }
    }
    const filesLeft = async () => {
      const keys: string[] = []
      for await (const { key } of site.app.storage.list()) keys.push(key)
      return keys.toSorted()
    }
    const filesOfRows = async () => {
      const rows = await site.app.db.select().from(images)
      return rows.flatMap(({ key, files }) => files.map(({ width }) => fileKey(key, width))).toSorted()
    }

    it('finds nothing where rows and files match', async () => {
      await illustrate('susan', 1)
      const { code, lines, conclusion } = await check()
      assert.deepEqual([code, lines], [0, []])
      assert.match(conclusion, /^1 picture and the files in .+ match\.$/)
    })

    it('names and mends what does not match, once', async () => {
      const { db, storage } = site.app
      const { john } = site.ids
      const { id: postId, of: ofPost } = await illustrate('susan', 4)
      const [, second, third] = ofPost.map(({ file }) => file) as [string, string, string]
      await storage.delete([second])
      const changed = Buffer.from((await storage.get(third)) ?? '')
      changed.writeUInt8(changed.readUInt8(99) ^ 1, 99)
      await storage.put(third, changed)
      const { id: emptied, of: only } = await illustrate('mary', 1)
      await storage.delete(only.map(({ file }) => file))
      const avatar = await addAvatar('john')
      await storage.delete([avatar.file])
      const { id: miscounted } = await illustrate('john', 1)
      await db.transaction(async tx => {
        await tx
          .update(users)
          .set({ avatar: avatar.key, banner: 'f'.repeat(32) })
          .where(eq(users.id, john))
        await tx.update(posts).set({ imageCount: 3 }).where(eq(posts.id, miscounted))
      })
      const stray = `${'e'.repeat(32)}/480.webp`
      await storage.put(stray, Buffer.from('an upload that was cut short'))
      await storage.put('other/notes.txt', Buffer.from('nothing of ours'))

      const expected = [
        `picture 2 of post ${postId} by @susan has lost ${second}: `,
        `picture 3 of post ${postId} by @susan has ${third}, but not as it was made: `,
        `picture 1 of post ${emptied} by @mary has lost ${only[0]?.file}: `,
        `post ${miscounted} counts 3 pictures and has 1: `,
        `the avatar ${avatar.key} of @john has lost ${avatar.file}: `,
        '@john has a banner that is no image: ',
        `${stray} belongs to no picture: `,
      ].toSorted()
      const withoutCures = ({ lines }: { lines: string[] }) =>
        lines.map(line => line.replace(/[^:]+$/, ' ')).toSorted()
      const before = await filesLeft()
      const dry = await check('--dry-run', '--now')
      assert.deepEqual(withoutCures(dry), expected)
      assert.match(dry.conclusion, /^7 things do not match; nothing was changed/)
      assert.deepEqual(await filesLeft(), before)

      const mended = await check('--now')
      assert.deepEqual([mended.code, withoutCures(mended)], [1, expected])
      assert.match(mended.conclusion, /^7 things did not match and are mended/)
      const left = await db
        .select()
        .from(images)
        .where(eq(images.postId, postId))
        .orderBy(asc(images.position))
      assert.deepEqual(
        left.map(({ key, position }) => [key, position]),
        [
          [ofPost[0]?.key, 1],
          [ofPost[3]?.key, 2],
        ],
      )
      const countOf = async (id: number) =>
        (await db.select({ count: posts.imageCount }).from(posts).where(eq(posts.id, id)))[0]?.count
      assert.deepEqual([await countOf(postId), await countOf(miscounted)], [2, 1])
      const [owner] = await db.select().from(users).where(eq(users.id, john))
      assert.deepEqual([owner?.avatar, owner?.banner], [null, null])
      assert.deepEqual(await filesLeft(), [...(await filesOfRows()), 'other/notes.txt'].toSorted())
      assert.equal((await check('--now')).code, 0)
      const found = (await site.visitor().get('/search?q=has%3Aimage')).text
      assert.match(found, new RegExp(`id="post-${postId}"`))
      assert.doesNotMatch(found, new RegExp(`id="post-${emptied}"`))
    })

    it('leaves an upload that is under way', async () => {
      const stray = `${'d'.repeat(32)}/480.webp`
      await site.app.storage.put(stray, Buffer.from('half of it'))
      assert.equal((await check('--quick')).code, 0)
      assert.ok((await filesLeft()).includes(stray))
      await site.app.storage.delete([stray])
    })

    it('changes nothing where most pictures have no files, as with another MEDIA_URL', async () => {
      const { db } = site.app
      const file = { width: 40, height: 20, bytes: 1, sha256: '0'.repeat(64) }
      const row = { userId: site.ids.susan, purpose: 'post', width: 40, height: 20, placeholder: '' } as const
      const keys = Array.from({ length: 20 }, (_, n) => String(n).padStart(32, 'c'))
      const rows = keys.map(key => ({ ...row, key, files: [file], createdAt: new Date() }))
      await db.transaction(tx => tx.insert(images).values(rows))
      const count = await db.$count(images)
      const { code, conclusion } = await check()
      assert.equal(code, 1)
      assert.match(
        conclusion,
        /^20 of the \d+ newest pictures have no files as they were made: are MEDIA_URL and/,
      )
      assert.equal(await db.$count(images), count)
      assert.match((await check('--yes')).conclusion, /^20 things did not match and are mended/)
    })
  })
