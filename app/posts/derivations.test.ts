/** What is derived from a post is the same whichever way the post came to be, and goes with it. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { deleteChunk } from '../accounts/deletion-queries.ts'
import { renameAccount } from '../accounts/username-queries.ts'
import { writePosts } from '../cli/transfer/posts.ts'
import { hashtags, mentions, posts, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { rebuildIndex } from '../search/rebuild.ts'
import { indexedWords } from '../testing/search-index.ts'
import { openSite, type Site } from '../testing/site.ts'
import { removeDerivedRows } from './derivations.ts'
import { deletePost, editPost, publishPost } from './queries.ts'

const now = new Date('2026-11-20T12:00:00Z')
/** People by current and former names, an unknown name, tags in several cases, an address, words in two scripts. */
const text = '@john and @quondam, not @nobody, about #Tea #tea #ｔｅａ #té https://example.com/#no 今朝の港'

let site: Site

async function publish(body: string): Promise<number> {
  const draft = { userId: site.ids.susan, body, language: 'en', submission: null }
  return site.app.db.transaction(tx => publishPost(tx, draft, now))
}

/** Each way leaves a post with the text, and answers its number. */
const ways: Record<string, () => Promise<number>> = {
  publishing: () => publish(text),
  async editing() {
    const id = await publish('Something else @david #coffee 港')
    const edit = { id, userId: site.ids.susan, body: text, language: 'en' }
    await site.app.db.transaction(tx => editPost(tx, edit, now))
    return id
  },
  async importing() {
    const row = { username: 'susan', body: text, language: 'en', created_at: now.toISOString() }
    await site.app.db.transaction(tx => writePosts(tx, [{ place: 'here', row }], now))
    const [created] = await site.app.db.select({ id: posts.id }).from(posts)
    return created?.id as number
  },
  async rebuilding() {
    const { db } = site.app
    const id = await publish(text)
    await db.transaction(async tx => {
      await removeDerivedRows(tx, [{ id, createdAt: now }])
      await tx.insert(mentions).values({ postId: id, userId: site.ids.david })
      await tx.insert(hashtags).values({ tag: 'coffee', postId: id, createdAt: now })
    })
    await rebuildIndex({ db, transaction: db.transaction })
    return id
  },
}

async function derivedRows(postId: number) {
  const { db } = site.app
  const mentioned = await db
    .select({ userId: mentions.userId })
    .from(mentions)
    .where(eq(mentions.postId, postId))
  const tagged = await db
    .select({ tag: hashtags.tag, createdAt: hashtags.createdAt })
    .from(hashtags)
    .where(eq(hashtags.postId, postId))
  return {
    mentioned: mentioned.map(({ userId }) => userId).toSorted(),
    tagged: tagged.toSorted((a, b) => (a.tag < b.tag ? -1 : 1)),
    indexed: await indexedWords(site.config.database, { id: postId, createdAt: now }),
  }
}

describe('what is derived from a post', () => {
  before(async () => {
    site = await openSite()
    await site.app.db.transaction(async tx => {
      // They were there when the posts were written.
      await tx.update(users).set({ createdAt: now })
      await renameAccount(tx, { id: site.ids.mary, username: 'quondam' }, now)
      await renameAccount(tx, { id: site.ids.mary, username: 'marianne' }, now)
    })
  })
  after(() => site.close())
  beforeEach(() => site.app.db.transaction(tx => tx.delete(posts)))

  for (const [name, way] of Object.entries(ways)) {
    it(`is the same after ${name}`, async () => {
      const { mentioned, tagged, indexed } = await derivedRows(await way())
      const { susan, john, mary } = site.ids
      assert.deepEqual(mentioned, [john, mary].toSorted())
      assert.deepEqual(tagged, [
        { tag: 'tea', createdAt: now },
        { tag: 'té', createdAt: now },
      ])
      for (const word of ['john', 'nobody', '今朝', `@${susan}`, '#tea'])
        assert.ok(
          indexed.some(line => line.includes(word)),
          `${word} is indexed`,
        )
      const [post] = await site.app.db.select({ entities: posts.entities }).from(posts)
      const links = post?.entities.map(({ href }) => href)
      const expected = ['/@john', '/@marianne', '/tags/tea', '/tags/tea', '/tags/tea', '/tags/t%C3%A9']
      assert.deepEqual(links, [...expected, 'https://example.com/#no'])
    })
  }

  it('is the same in the index, word by word', async () => {
    const found: string[][] = []
    for (const way of Object.values(ways)) {
      await site.app.db.transaction(tx => tx.delete(posts))
      await rebuildIndex({ db: site.app.db, transaction: site.app.db.transaction })
      found.push((await derivedRows(await way())).indexed)
    }
    for (const indexed of found) assert.deepEqual(indexed, found[0])
  })

  const nothing = { mentioned: [], tagged: [], indexed: [] }
  it('goes when its author deletes the post', async () => {
    const id = await publish(text)
    await site.app.db.transaction(tx => deletePost(tx, { id, userId: site.ids.susan }))
    assert.deepEqual(await derivedRows(id), nothing)
  })

  it('goes with the account', async () => {
    const id = await publish(text)
    await site.app.db.transaction(tx => deleteChunk(tx, site.ids.susan))
    assert.equal(await site.app.db.$count(posts), 0)
    assert.deepEqual(await derivedRows(id), nothing)
  })

  it('stays when somebody else tries to edit or delete the post', async () => {
    const id = await publish(text)
    const before = await derivedRows(id)
    await site.app.db.transaction(async tx => {
      const edit = { id, userId: site.ids.john, body: 'Mine now', language: 'en' }
      assert.equal(await editPost(tx, edit, now), false)
      assert.equal(await deletePost(tx, { id, userId: site.ids.john }), false)
    })
    assert.deepEqual(await derivedRows(id), before)
  })
})
