/** What a viewer may do: what the policy says, what pages offer and what pages and the API then do agree. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { block } from '../blocks/queries.ts'
import { blocks, follows, posts } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { type ApiClient, programOf } from '../testing/api.ts'
import type { Browser } from '../testing/browser.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'
import { can, type PersonAction, type PostAction, personPermissions, postPermissions } from './policy.ts'

const no = <Action extends string>(actions: Record<Action, true>) =>
  Object.fromEntries(Object.keys(actions).map(action => [action, false])) as Record<Action, boolean>
const member = (id: number) => ({ id, role: 'member' as const })

describe('the policy', () => {
  const bars = { replyBar: null, threadBar: null, quoteBar: null }
  const post = { author: { id: 1 }, ...bars, quotedId: null, quoted: null }
  it('lets authors edit, pin and delete a post, others translate it, and members reply, quote, like, repost, bookmark and mute', () => {
    const members = {
      reply: true,
      quote: true,
      like: true,
      repost: true,
      bookmark: true,
      mute: true,
    } as const
    const authors = { edit: true, delete: true, pin: true } as const
    const shut = { ...no(members), ...no(authors), unquote: false, translate: true }
    assert.deepEqual(postPermissions(member(1), post), { ...shut, ...members, ...authors, translate: false })
    assert.deepEqual(postPermissions(member(2), post), { ...shut, ...members })
    assert.deepEqual(postPermissions(null, post), shut)
    for (const [bar, action] of [
      ['replyBar', 'reply'],
      ['threadBar', 'reply'],
      ['quoteBar', 'quote'],
    ] as const)
      assert.equal(can(member(2), action, { ...post, [bar]: 'following' }), false, bar)
  })

  it('lets the authors of both posts take out a quote', () => {
    const quote = { ...post, quotedId: 5, quoted: { author: { id: 2 } } }
    const those = [member(1), member(2), member(3), null].filter(viewer => can(viewer, 'unquote', quote))
    assert.deepEqual(those, [member(1), member(2)])
    assert.equal(can(member(1), 'unquote', { ...quote, quoted: null }), true, 'also of a post that is gone')
    assert.equal(can(member(1), 'unquote', post), false)
  })

  it('lets members follow and write to others between whom there is no block, and block anybody else', () => {
    const all = { block: true, follow: true, message: true }
    const none = { block: false, follow: false, message: false }
    assert.deepEqual(personPermissions(member(2), { id: 1, apart: false }), all)
    assert.deepEqual(personPermissions(member(2), { id: 1, apart: true }), { ...none, block: true })
    assert.deepEqual(personPermissions(member(1), { id: 1, apart: false }), none)
    assert.deepEqual(personPermissions(null, { id: 1, apart: false }), none)
    assert.equal(can(member(2), 'follow', { id: 1 }), true, 'where nobody knows of a block yet')
  })
})

describe('pages and the API', () => {
  let site: Site
  let postId: number
  const browsers = {} as Record<Name | 'visitor', Browser>
  const programs = {} as Record<Name, ApiClient>
  before(async () => {
    site = await openSite()
    ;[postId] = (await site.write('susan', ['Tea at the harbour'])) as [number]
    // susan has written the post, john reads it, and mary has blocked susan.
    await site.app.db.transaction(tx => block(tx, site.ids.mary, site.ids.susan))
    browsers.visitor = site.visitor()
    for (const name of ['susan', 'john', 'mary'] as const) {
      browsers[name] = await site.signedIn(name)
      programs[name] = await programOf(site, name)
    }
  })
  after(() => site.close())

  const offers = async (name: Name | 'visitor', path: string, selector: string) =>
    (await browsers[name].get(path)).page.querySelector(`main ${selector}`) !== null
  const isThere = async () => (await site.app.db.$count(posts, eq(posts.id, postId))) === 1

  for (const action of ['edit', 'delete'] satisfies PostAction[]) {
    it(`offer and allow to ${action} a post to its author alone`, async () => {
      const link = `a[href="/posts/${postId}/${action}"]`
      const offered: string[] = []
      for (const name of ['visitor', 'susan', 'john'] as const)
        if (await offers(name, `/posts/${postId}`, link)) offered.push(name)
      assert.deepEqual(offered, ['susan'])
      const expected = { susan: 200, john: 403, mary: 404 }
      for (const [name, status] of Object.entries(expected))
        assert.equal((await browsers[name as Name].get(`/posts/${postId}/${action}`)).status, status, name)
    })
  }

  it('refuse everybody else, whatever they send', async () => {
    for (const [name, status] of [
      ['john', 403],
      ['mary', 404],
    ] as const) {
      assert.equal((await browsers[name].post(`/posts/${postId}`, { body: 'Mine' })).status, status, name)
      assert.equal((await programs[name].put(`/api/posts/${postId}`, { body: 'Mine' })).status, status, name)
      assert.equal((await programs[name].delete(`/api/posts/${postId}`)).status, status, name)
      const deleted = await browsers[name].post(`/posts/${postId}/delete`)
      // A post that the viewer may not see is answered like one that is gone.
      assert.equal(deleted.status, status === 403 ? 403 : 303, name)
    }
    assert.ok(await isThere())
    const [post] = await site.app.db.select().from(posts)
    assert.equal(post?.body, 'Tea at the harbour')
  })

  const offered: Record<PersonAction, string> = {
    follow: 'form[action="/@susan/follow"]',
    message: 'a[href^="/messages/@susan"]',
    block: 'a[href="/@susan/block"]',
  }
  for (const [action, selector] of Object.entries(offered)) {
    it(`offer to ${action} a person where that is possible`, async () => {
      const found: string[] = []
      for (const name of ['visitor', 'susan', 'john', 'mary'] as const)
        if (await offers(name, '/@susan', selector)) found.push(name)
      // A visitor may press Follow and is asked to sign in.
      assert.deepEqual(found, action === 'follow' ? ['visitor', 'john'] : ['john'])
    })
  }

  it('let nobody follow or block themselves', async () => {
    for (const action of ['follow', 'block']) {
      assert.equal((await browsers.susan.post(`/@susan/${action}`)).status, 422, action)
      assert.equal((await programs.susan.put(`/api/users/susan/${action}`)).status, 422, action)
    }
    assert.equal(await site.app.db.$count(follows), 0)
    assert.equal(await site.app.db.$count(blocks), 1)
  })

  it('let nobody follow across a block', async () => {
    for (const [name, other] of [
      ['susan', 'mary'],
      ['mary', 'susan'],
    ] as const) {
      assert.equal((await browsers[name].post(`/@${other}/follow`)).status, 403)
      assert.equal((await programs[name].put(`/api/users/${other}/follow`)).status, 403)
    }
    assert.equal(await site.app.db.$count(follows), 0)
  })
})
