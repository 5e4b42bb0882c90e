import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { closeAccount, deleteAccount } from '../accounts/closure-queries.ts'
import { createAccount } from '../accounts/queries.ts'
import { block } from '../blocks/queries.ts'
import { blocks, notifications, posts } from '../database/schema.ts'
import { addCounted, removeCounted } from '../posts/counted.ts'
import { programOf } from '../testing/api.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'
import type { GroupedKind } from './kinds.ts'

const sentences = ({ page }: Answer) =>
  page.querySelectorAll('.notification a').map(link => link.text.replaceAll(/\s+/g, ' '))
const tables = { like: 'likes', repost: 'reposts' } as const

describe('notifications of likes and reposts', () => {
  let site: Site
  let susan: Browser
  let post: number
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
  })
  const write = async () => {
    post = Number((await site.write('susan', ['Tea']))[0])
  }
  afterEach(() =>
    site.app.db.transaction(async tx => {
      for (const table of [posts, blocks, notifications]) await tx.delete(table)
    }),
  )
  after(() => site.close())

  const does = (kind: GroupedKind, name: Name | number) =>
    site.app.db.transaction(tx =>
      addCounted(tx, tables[kind], {
        userId: typeof name === 'number' ? name : site.ids[name],
        postId: post,
      }),
    )
  const undoes = (kind: GroupedKind, name: Name) =>
    site.app.db.transaction(tx =>
      removeCounted(tx, tables[kind], { userId: site.ids[name], postIds: [post] }),
    )
  const shown = async () => sentences(await susan.get('/notifications'))

  for (const [kind, verb] of [
    ['like', 'liked'],
    ['repost', 'reposted'],
  ] as const)
    it(`are one for each post, which names the newest (${kind})`, async () => {
      await write()
      await does(kind, 'john')
      assert.deepEqual(await shown(), [`john ${verb} your post`])
      await does(kind, 'susan')
      assert.deepEqual(await shown(), [`john ${verb} your post`], 'without oneself')
      await does(kind, 'mary')
      assert.deepEqual(await shown(), [`mary and 1 other ${verb} your post`])
      await susan.post('/notifications/read')
      await does(kind, 'david')
      const list = await susan.get('/notifications')
      assert.deepEqual(sentences(list), [`david and 2 others ${verb} your post`])
      assert.equal(list.page.querySelectorAll('.notification.unread').length, 1, 'unread again')
      await undoes(kind, 'david')
      assert.deepEqual(await shown(), [`mary and 1 other ${verb} your post`])
      await undoes(kind, 'john')
      assert.deepEqual(await shown(), [`mary ${verb} your post`])
      await undoes(kind, 'mary')
      assert.deepEqual(await shown(), [])
      assert.equal(await site.app.db.$count(notifications), 0, 'nothing is left of it')
    })

  it('open the post, or the list of a group', async () => {
    await write()
    const opens = async () => {
      const { page } = await susan.get('/notifications')
      return (await susan.get(page.querySelector('.notification a')?.getAttribute('href') ?? '')).location
    }
    await does('like', 'john')
    assert.equal(await opens(), `/posts/${post}`)
    await does('like', 'mary')
    assert.equal(await opens(), `/posts/${post}/likes`)
    const { items } = (await (await programOf(site, 'susan')).get('/api/notifications')).json
    assert.deepEqual(
      [items[0].kind, items[0].actor.username, items[0].others, items[0].sentence],
      ['like', 'mary', 1, '\u2068mary\u2069 and 1 other liked your post'],
    )
  })

  it('name another if the one they name is blocked, and go with the last', async () => {
    await write()
    for (const name of ['john', 'mary'] as const) await does('like', name)
    const blocking = (one: Name, other: Name) =>
      site.app.db.transaction(tx => block(tx, site.ids[one], site.ids[other]))
    await blocking('susan', 'mary')
    assert.deepEqual(await shown(), ['john liked your post'])
    await does('like', 'david')
    await undoes('like', 'david')
    assert.deepEqual(await shown(), ['john liked your post'], 'not the blocked one')
    await blocking('john', 'susan')
    assert.deepEqual(await shown(), [])
  })

  it('stay without a name while the account of the newest is deleted, and then name another', async () => {
    await write()
    const names = { username: 'leaver', email: 'leaver@example.com', passwordHash: '-', language: null }
    const created = await site.app.db.transaction(tx => createAccount(tx, names, new Date()))
    const leaver = 'id' in created ? created.id : 0
    await does('like', 'john')
    await does('like', leaver)
    await site.app.db.transaction(tx => closeAccount(tx, leaver, new Date()))
    const list = await susan.get('/notifications')
    assert.deepEqual(sentences(list), ['2 people liked your post'])
    assert.equal(list.page.querySelector('[data-badge=notifications] span')?.text, '1')
    await site.app.db.transaction(tx => deleteAccount(tx, leaver))
    assert.match(String(await shown()), /^john /)
  })

  it('are one with the right words when many like and unlike at once', async () => {
    await write()
    const { db } = site.app
    const names = Array.from({ length: 50 }, (_, n) => `liker${n}`)
    const people = await db.transaction(async tx => {
      const ids: number[] = []
      for (const username of names) {
        const account = { username, email: `${username}@example.com`, passwordHash: '-', language: null }
        const created = await createAccount(tx, account, new Date())
        if ('id' in created) ids.push(created.id)
      }
      return ids
    })
    const like = (userId: number) => db.transaction(tx => addCounted(tx, 'likes', { userId, postId: post }))
    const unlike = (userId: number) =>
      db.transaction(tx => removeCounted(tx, 'likes', { userId, postIds: [post] }))
    await Promise.all(people.map(like))
    assert.match(String(await shown()), /^liker\d+ and 49 others liked your post$/)
    const [some, rest] = [people.slice(0, 25), people.slice(25)]
    await Promise.all([...some.map(unlike), ...rest.map(like), ...some.slice(0, 5).map(like)])
    await Promise.all(some.map(unlike))
    assert.match(String(await shown()), /^liker(2[5-9]|[34]\d) and 24 others liked your post$/)
    await Promise.all(rest.map(unlike))
    assert.deepEqual(await db.select().from(notifications), [])
  })
})
