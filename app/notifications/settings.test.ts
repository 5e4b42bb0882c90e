import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { blocks, follows, notifications, posts, users } from '../database/schema.ts'
import { follow } from '../follows/queries.ts'
import { programOf } from '../testing/api.ts'
import type { Browser } from '../testing/browser.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'
import { choosableKinds, kindNames, kinds } from './kinds.ts'

const path = '/settings/notifications'

describe('whose notifications one wants', () => {
  let site: Site
  let susan: Browser
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
  })
  afterEach(() =>
    site.app.db.transaction(async tx => {
      tx.invalidates(`viewer:${site.ids.susan}`)
      for (const table of [posts, follows, blocks, notifications]) await tx.delete(table)
      await tx.update(users).set({ notificationsFrom: null })
    }),
  )
  after(() => site.close())

  /** What john and mary do, of whom susan follows john. */
  const happens = async () => {
    await site.app.db.transaction(async tx => {
      tx.invalidates(`viewer:${site.ids.susan}`)
      for (const table of [notifications, follows]) await tx.delete(table)
      await follow(tx, site.ids.susan, site.ids.john)
    })
    const [post = 0] = await site.write('susan', ['Tea?'], new Date())
    for (const name of ['john', 'mary'] as const) {
      const browser = await site.signedIn(name)
      await browser.post(`/posts/${post}/replies`, { body: `Yes (${name})` })
      await browser.post('/posts', { body: `Hello @susan (${name})` })
      await browser.post('/posts', { body: `Look (${name})`, quote: String(post) })
      await browser.post(`/posts/${post}/like`)
      await browser.post('/@susan/follow')
    }
  }
  const told = async (name: Name) =>
    (await site.app.db.select().from(notifications))
      .filter(({ actorId, userId }) => actorId === site.ids[name] && userId === site.ids.susan)
      .map(({ kind }) => kind)
      .sort()

  it('is chosen for every kind that people cause, except messages', () => {
    assert.deepEqual(choosableKinds.toSorted(), kindNames.filter(kind => kinds[kind].choosable).toSorted())
  })

  it('is everyone at first, people one follows, or none: each kind by itself', async () => {
    await happens()
    assert.deepEqual(await told('mary'), ['follow', 'like', 'mention', 'quote', 'reply'])
    const answer = await susan.post(path, { like: 'following' })
    assert.match(
      (await susan.follow(answer)).page.querySelector('[role=status]')?.text ?? '',
      /Setting saved/,
    )
    await susan.post(path, { reply: 'nobody' })
    await susan.post(path, { mention: 'following' })
    await susan.post(path, { quote: 'everyone' })
    await susan.post(path, { follow: 'nobody' })
    const { page } = await susan.get(path)
    const pressed = page.querySelectorAll('[aria-pressed=true]')
    assert.deepEqual(
      pressed.map(button => [button.getAttribute('name'), button.getAttribute('value')].join(' ')),
      [
        'reply nobody',
        'mention following',
        'quote everyone',
        'like following',
        'repost everyone',
        'follow nobody',
      ],
    )
    await happens()
    assert.deepEqual([await told('john'), await told('mary')], [['like', 'mention', 'quote'], ['quote']])
    const badge = (await susan.get('/')).page.querySelector('[data-badge=notifications] span')
    assert.equal(badge?.text, '4')
    const program = await programOf(site, 'susan')
    const read = (await program.get('/api/notifications/settings')).json
    assert.deepEqual([read.like, read.reply, read.repost], ['following', 'nobody', 'everyone'])
    const changed = await program.patch('/api/notifications/settings', { like: 'nobody' })
    assert.deepEqual([changed.status, changed.json.like, changed.json.mention], [200, 'nobody', 'following'])
    for (const body of [{ like: 'friends' }, { message: 'nobody' }, { like: null }])
      assert.equal((await program.patch('/api/notifications/settings', body)).status, 422)
    assert.equal((await susan.post(path, { like: 'friends' })).status, 400)
    assert.equal((await susan.post(path, { message: 'nobody' })).status, 303)
    assert.deepEqual((await program.get('/api/notifications/settings')).json, changed.json)
  })
})
