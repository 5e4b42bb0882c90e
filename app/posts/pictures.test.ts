import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { images, posts } from '../database/schema.ts'
import { asc, desc, eq } from '../database/sql.ts'
import { addImage, newImageKey } from '../images/queries.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'

describe('pictures of posts', () => {
  let site: Site
  let susan: Browser
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
  })
  beforeEach(() => site.app.db.transaction(async tx => void (await tx.delete(posts))))
  after(() => site.close())

  /** An uploaded picture that is in no post; its files are not asked for. */
  async function uploaded(name: Name = 'susan', content = newImageKey()): Promise<string> {
    const files = [{ width: 480, height: 320, bytes: 1, sha256: content }]
    const image = { key: newImageKey(), userId: site.ids[name], purpose: 'post' as const, files }
    const row = { ...image, width: 480, height: 320, placeholder: 'UklGRg==' }
    return (await site.app.db.transaction(tx => addImage(tx, row))).key
  }

  const allPosts = () => site.app.db.select().from(posts).orderBy(desc(posts.id))
  const newest = async () => (await allPosts())[0] as typeof posts.$inferSelect
  const picturesOf = async (postId: number) => {
    const rows = await site.app.db
      .select()
      .from(images)
      .where(eq(images.postId, postId))
      .orderBy(asc(images.position))
    return rows.map(({ key, position, alt }) => [key, position, alt])
  }
  /** What stands beside the fields that are wrong. */
  const errorsOf = ({ page }: Answer) =>
    page.querySelectorAll('.error-message').map(({ text }) => text.trim())

  it('are published with it in the order of the form, with their descriptions, and need no words', async () => {
    const [one, two] = [await uploaded(), await uploaded()]
    const form = { body: ' ', images: `${two} ${one}`, [`alt-${one}`]: ' A  boat\n', [`alt-${two}`]: '' }
    assert.equal((await susan.post('/posts', form)).status, 303)
    const { id, body, imageCount } = await newest()
    assert.deepEqual([body, imageCount], ['', 2])
    assert.deepEqual(await picturesOf(id), [
      [two, 1, ''],
      [one, 2, 'A  boat'],
    ])
    assert.equal((await susan.get(`/posts/${id}`)).status, 200)
  })

  it('are published once however often the form is sent, also if its files are uploaded again', async () => {
    const form = { body: 'Once.', submission: 'one', images: await uploaded('susan', 'same') }
    const again = { ...form, images: await uploaded('susan', 'same') }
    const answers = await Promise.all([form, form, again].map(sent => susan.post('/posts', sent)))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [303, 303, 303],
    )
    const [post, ...more] = await allPosts()
    assert.equal(more.length, 0)
    assert.equal((await picturesOf(post?.id as number)).length, 1)
    await susan.post('/posts', { ...form, images: await uploaded() })
    assert.equal((await allPosts()).length, 2, 'another picture makes another post')
  })

  it('are in one post alone, and only their owner’s', async () => {
    const key = await uploaded()
    await susan.post('/posts', { body: 'First', images: key })
    const free = await uploaded()
    for (const image of [key, await uploaded('john'), 'unknown', `${free} ${key}`]) {
      const answer = await susan.post('/posts', { body: 'Second', images: image })
      assert.deepEqual([answer.status, errorsOf(answer).length], [422, 1])
      assert.equal(answer.page.querySelector('textarea')?.text.trim(), 'Second')
      const reply = await susan.post(`/posts/${(await newest()).id}/replies`, {
        body: 'Third',
        images: image,
      })
      assert.deepEqual([reply.status, errorsOf(reply).length], [422, 1])
    }
    assert.equal((await allPosts()).length, 1)
    const sent = ['One', 'Other'].map(body => susan.post('/posts', { body, images: free }))
    assert.deepEqual((await Promise.all(sent)).map(({ status }) => status).toSorted(), [303, 422])
  })

  it('are of each box of a thread', async () => {
    const [one, two, three] = [await uploaded(), await uploaded(), await uploaded()]
    await susan.post('/posts', {
      body: 'Words',
      body2: '',
      images2: `${one} ${two}`,
      images3: three,
      body4: 'End',
    })
    const [last, third, second, first] = await allPosts()
    const keys = async (post?: { id: number }) => (await picturesOf(post?.id as number)).map(([key]) => key)
    assert.deepEqual([await keys(first), await keys(second), await keys(third)], [[], [one, two], [three]])
    assert.deepEqual([second?.parentId, third?.parentId, last?.parentId], [first?.id, second?.id, third?.id])
  })

  it('are four at the most, described in a thousand characters', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => uploaded()))
    const send = (some: string[], alt = '') =>
      susan.post('/posts', { body: '', images: some.join(' '), [`alt-${some[0]}`]: alt })
    assert.equal((await send(keys)).status, 422)
    assert.equal((await send(keys.slice(1), '🌊'.repeat(1001))).status, 422)
    assert.equal((await allPosts()).length, 0)
    assert.equal((await send(keys.slice(1), '🌊'.repeat(1000))).status, 303)
  })
})
