import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { closeAccount } from '../accounts/closure-queries.ts'
import { deleteChunk } from '../accounts/deletion-queries.ts'
import { posts } from '../database/schema.ts'
import { eq, isNotNull } from '../database/sql.ts'
import { programOf } from '../testing/api.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { openSite, type Site } from '../testing/site.ts'

describe('pins', () => {
  let site: Site
  let susan: Browser
  let john: Browser
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
    john = await site.signedIn('john')
  })
  beforeEach(() => site.app.db.transaction(async tx => void (await tx.delete(posts))))
  after(() => site.close())

  const bodies = ({ page }: Answer) => page.querySelectorAll('article .content').map(({ text }) => text)
  const countPinned = () => site.app.db.$count(posts, isNotNull(posts.pinnedAt))

  it('stand on top of the first page of a profile under a line, newest pin first, and nowhere twice', async () => {
    const ids = await site.write(
      'susan',
      Array.from({ length: 30 }, (_, n) => `number ${n}`),
    )
    const [first, second] = [ids[3] as number, ids[28] as number]
    for (const id of [first, second]) {
      const menu = await susan.get(`/posts/${id}`)
      assert.ok(menu.page.querySelector(`button[formaction="/posts/${id}/pin"]`))
      const pinned = await susan.post(`/posts/${id}/pin`, { next: `/posts/${id}` })
      assert.deepEqual([pinned.status, pinned.location], [303, `/posts/${id}`])
    }
    const visitor = site.visitor()
    const profile = await visitor.get('/@susan')
    assert.deepEqual(bodies(profile).slice(0, 4), ['number 28', 'number 3', 'number 29', 'number 27'])
    const lines = profile.page.querySelectorAll('article .why').map(({ text }) => text.trim())
    assert.deepEqual(lines, ['Pinned', 'Pinned'])
    const older = profile.page.querySelector('[rel=next]')?.getAttribute('href') ?? ''
    const rest = await visitor.get(older)
    assert.equal(rest.page.querySelector('.why'), null)
    assert.equal(new Set([...bodies(profile), ...bodies(rest)]).size, 30)
    assert.ok(bodies(rest).includes('number 3'), 'at its own time')
    await susan.post(`/posts/${second}/pin/delete`)
    await susan.post(`/posts/${second}/pin/delete`)
    assert.deepEqual(bodies(await visitor.get('/@susan')).slice(0, 2), ['number 3', 'number 29'])
  })

  it('may be replies, and all that one has written', async () => {
    const [theirs] = await site.write('john', ['Tea?'])
    await susan.post(`/posts/${theirs}/replies`, { body: 'With milk.' })
    const [reply] = await site.app.db.select().from(posts).where(eq(posts.body, 'With milk.'))
    await susan.post(`/posts/${reply?.id}/pin`)
    const { page } = await site.visitor().get('/@susan')
    assert.equal(page.querySelector('.empty'), null)
    assert.equal(page.querySelector('article .content')?.text, 'With milk.')
  })

  it('are three at most, also at the same moment, and the fourth is told so', async () => {
    const ids = await site.write('susan', ['a', 'b', 'c', 'd', 'e', 'f'])
    const answers = await Promise.all(ids.map(id => susan.post(`/posts/${id}/pin`)))
    assert.ok(answers.every(({ status }) => status === 303))
    assert.equal(await countPinned(), 3)
    const isPinned = await site.app.db.select({ id: posts.id, pinnedAt: posts.pinnedAt }).from(posts)
    const free = isPinned.find(({ pinnedAt }) => pinnedAt === null)
    const taken = isPinned.find(({ pinnedAt }) => pinnedAt !== null)
    const told = await susan.follow(await susan.post(`/posts/${free?.id}/pin`))
    const sentence = 'You can pin 3 posts. Unpin one of them first.'
    assert.equal(told.page.querySelector('[role=status]')?.text.trim(), sentence)
    const iconOf = ({ page }: typeof told) => page.querySelector('[role=status] .icon')?.toString()
    const undone = await susan.follow(await susan.post(`/posts/${taken?.id}/pin/delete`))
    assert.notEqual(iconOf(told), iconOf(undone), 'a refusal has no check mark')
    await susan.post(`/posts/${taken?.id}/pin`)
    const program = await programOf(site, 'susan')
    const refused = await program.put(`/api/posts/${free?.id}/pin`)
    assert.deepEqual([refused.status, refused.json.detail], [409, sentence])
    assert.equal((await program.put(`/api/posts/${taken?.id}/pin`)).status, 204, 'twice is harmless')
    assert.equal((await program.delete(`/api/posts/${taken?.id}/pin`)).status, 204)
    assert.equal((await program.put(`/api/posts/${free?.id}/pin`)).status, 204)
    assert.ok((await program.get(`/api/posts/${free?.id}`)).json.pinnedAt)
  })

  it('are of one’s own posts alone', async () => {
    const [theirs] = await site.write('susan', ['Hers'])
    const { page } = await john.get(`/posts/${theirs}`)
    assert.equal(page.querySelector('[formaction$="/pin"]'), null)
    assert.equal((await john.post(`/posts/${theirs}/pin`)).status, 403)
    assert.equal((await john.post('/posts/999999/pin')).status, 404)
    assert.equal(await countPinned(), 0)
  })

  it('go with the post and with the account', async () => {
    const [one, two] = await site.write('susan', ['One', 'Two'])
    for (const id of [one, two]) await susan.post(`/posts/${id}/pin`)
    await susan.post(`/posts/${one}/delete`)
    const visitor = site.visitor()
    assert.deepEqual(bodies(await visitor.get('/@susan')), ['Two'])
    await site.app.db.transaction(tx => closeAccount(tx, site.ids.susan, new Date()))
    assert.equal((await visitor.get('/@susan')).status, 404)
    while (await site.app.db.transaction(tx => deleteChunk(tx, site.ids.susan)));
    assert.equal(await countPinned(), 0)
  })
})
