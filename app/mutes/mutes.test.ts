import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { threadMutes } from '../database/schema.ts'
import { programOf } from '../testing/api.ts'
import type { Browser } from '../testing/browser.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'

describe('a muted thread', () => {
  let site: Site
  const people = {} as Record<Name, Browser>
  before(async () => {
    site = await openSite()
    for (const name of ['susan', 'john', 'mary', 'david'] as const) people[name] = await site.signedIn(name)
  })
  after(() => site.close())

  const write = async (body: string) => (await site.write('susan', [body]))[0] as number
  const reply = async (by: Name, to: number, body: string) => {
    const { location } = await people[by].post(`/posts/${to}/replies`, { body })
    return Number(/#post-(\d+)$/.exec(location ?? '')?.[1])
  }
  const told = async (name: Name) => {
    const { page } = await people[name].get('/notifications')
    const lines = page.querySelectorAll('.notification p a').map(link => link.text.trim())
    await people[name].post('/notifications/read')
    return lines.length
  }
  const mutes = () => site.app.db.select().from(threadMutes)

  it('is muted from any post in it, for all of it and for one person alone', async () => {
    const root = await write('A long discussion')
    const first = await reply('john', root, 'First of @mary')
    const before = { susan: await told('susan'), john: await told('john'), mary: await told('mary') }
    const muted = await people.john.post(`/posts/${first}/mute`)
    assert.equal(muted.location, `/posts/${first}`)
    assert.match((await people.john.follow(muted)).text, /Thread muted\. You won’t be notified/)
    for (const id of [first, root]) {
      const { page } = await people.john.get(`/posts/${id}`)
      assert.match(page.querySelector('main > .rule')?.text ?? '', /You’ve muted this thread/)
      assert.ok(page.querySelector(`[formaction="/posts/${id}/mute/delete"]`))
    }
    assert.equal((await people.mary.get(`/posts/${first}`)).page.querySelector('main > .rule'), null)
    const second = await reply('susan', first, 'To you, @john')
    await reply('david', second, '@john, @mary and @susan')
    await people.david.post(`/posts/${first}/like`)
    assert.equal(await told('john'), before.john, 'no reply, mention or like')
    assert.equal(await told('mary'), before.mary + 1)
    assert.equal(await told('susan'), before.susan + 1)
    assert.equal((await people.john.post(`/posts/${first}/mute`)).status, 303, 'twice is harmless')
    assert.deepEqual(
      (await mutes()).map(({ userId, rootId }) => [userId, rootId]),
      [[site.ids.john, root]],
    )
    const other = await write('Elsewhere')
    await reply('david', await reply('john', other, 'Hello'), 'Hello, too')
    assert.equal(await told('john'), before.john + 1)
    await people.john.post(`/posts/${second}/mute/delete`)
    await reply('david', first, 'Still there?')
    assert.equal(await told('john'), before.john + 2)
    assert.deepEqual(await mutes(), [])
  })

  it('is muted by the API, too, and a post says so', async () => {
    const root = await write('By a program')
    const john = await programOf(site, 'john')
    const isMuted = async () => (await john.get(`/api/posts/${root}`)).json.threadMuted
    assert.equal(await isMuted(), false)
    assert.equal((await john.put(`/api/posts/${root}/mute`)).status, 204)
    assert.equal(await isMuted(), true)
    assert.equal((await john.delete(`/api/posts/${root}/mute`)).status, 204)
    assert.equal(await isMuted(), false)
    for (const id of ['999999', '0', 'x'])
      assert.equal((await john.put(`/api/posts/${id}/mute`)).status, 404, id)
    await people.susan.post('/@john/block')
    assert.equal((await people.john.post(`/posts/${root}/mute`)).status, 404)
    await people.susan.post('/@john/block/delete')
  })

  it('is remembered as long as something of it is left', async () => {
    const root = await write('Soon gone')
    const answer = await reply('john', root, 'A reply')
    for (const name of ['mary', 'susan'] as const) await people[name].post(`/posts/${answer}/mute`)
    await people.susan.post(`/posts/${root}/delete`)
    assert.equal((await mutes()).length, 2, 'under the gap')
    const { page } = await people.mary.get(`/posts/${answer}`)
    assert.ok(page.querySelector(`[formaction="/posts/${answer}/mute/delete"]`))
    await people.john.post(`/posts/${answer}/delete`)
    assert.deepEqual(await mutes(), [])
    const alone = await write('Alone')
    await people.john.post(`/posts/${alone}/mute`)
    await people.susan.post(`/posts/${alone}/delete`)
    assert.deepEqual(await mutes(), [])
  })
})
