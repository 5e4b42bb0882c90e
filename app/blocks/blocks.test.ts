import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { createAccount } from '../accounts/queries.ts'
import { openDatabase } from '../database/open.ts'
import { blocks, follows, likes, notifications, posts, reposts } from '../database/schema.ts'
import { eq, inArray } from '../database/sql.ts'
import { follow } from '../follows/queries.ts'
import { areBlocked } from '../people/visibility.ts'
import { addCounted } from '../posts/counted.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'
import { block } from './queries.ts'

let site: Site
let susan: Browser
let john: Browser
let mary: Browser
const blocking = (one: Name, other: Name) =>
  site.app.db.transaction(tx => block(tx, site.ids[one], site.ids[other]))
const following = (one: Name, other: Name) =>
  site.app.db.transaction(tx => follow(tx, site.ids[one], site.ids[other]))
const bodies = ({ page }: Answer) => page.querySelectorAll('article .content').map(({ text }) => text)
const main = ({ page }: Answer) => page.querySelector('main')?.text ?? ''

describe('blocks', () => {
  before(async () => {
    site = await openSite()
    ;[susan, john, mary] = await Promise.all([
      site.signedIn('susan'),
      site.signedIn('john'),
      site.signedIn('mary'),
    ])
  })
  after(() => site.close())
  afterEach(() =>
    site.app.db.transaction(async tx => {
      await tx.delete(blocks)
      await tx.delete(follows)
      await tx.delete(posts)
    }),
  )

  describe('blocking a person', () => {
    it('is offered on their profile, asks for confirmation, and can be undone there', async () => {
      const profile = await susan.get('/@john')
      const href = profile.page.querySelector('main a[href$="/block"]')?.getAttribute('href') as string
      const question = await susan.get(href)
      assert.match(main(question), /Block john\?/)
      const action = question.page.querySelector('main form')?.getAttribute('action') as string
      const answer = await susan.post(action)
      assert.equal(answer.location, '/@john')
      const blocked = await susan.follow(answer)
      assert.match(main(blocked), /You’ve blocked john/)
      assert.equal(blocked.page.querySelector('main form[action$="/follow"]'), null)
      const undo = blocked.page.querySelector('main form[action="/@john/block/delete"]')
      const freed = await susan.post('/@john/block/delete', {
        next: undo?.querySelector('[name=next]')?.getAttribute('value') as string,
      })
      assert.equal(freed.location, '/@john')
      assert.match(main(await susan.follow(freed)), /is no longer blocked/)
      assert.equal(await site.app.db.$count(blocks), 0)
    })

    it('takes back likes and reposts between the two, in both directions, and others keep theirs', async () => {
      const { ids, app } = site
      const hers = await site.write('susan', ['one', 'two'])
      const [his = 0] = await site.write('john', ['three'])
      const rows = [
        ...hers.flatMap(postId => [ids.john, ids.mary, ids.susan].map(userId => ({ postId, userId }))),
        ...[ids.susan, ids.mary].map(userId => ({ postId: his, userId })),
      ]
      const countsOf = async () => {
        const shown = { id: posts.id, likes: posts.likeCount, reposts: posts.repostCount }
        const found = await app.db
          .select(shown)
          .from(posts)
          .where(inArray(posts.id, [...hers, his]))
        return found.toSorted((a, b) => a.id - b.id).map(({ likes, reposts }) => [likes, reposts])
      }
      await app.db.transaction(async tx => {
        for (const row of rows) {
          await addCounted(tx, 'likes', row)
          await addCounted(tx, 'reposts', row)
        }
      })
      assert.deepEqual(await countsOf(), [
        [3, 3],
        [3, 3],
        [2, 2],
      ])
      assert.equal((await susan.post('/@john/block')).status, 303)
      assert.deepEqual(await countsOf(), [
        [2, 2],
        [2, 2],
        [1, 1],
      ])
      for (const table of [likes, reposts]) {
        const left = await app.db.select({ userId: table.userId, postId: table.postId }).from(table)
        const between = left.filter(({ userId, postId }) =>
          postId === his ? userId === ids.susan : userId === ids.john,
        )
        assert.deepEqual([left.length, between], [5, []])
      }
    })

    it('removes follows and notifications between the two', async () => {
      await following('susan', 'john')
      await following('john', 'susan')
      await following('mary', 'john')
      const told = (userId: number, actorId: number) => ({
        userId,
        actorId,
        kind: 'follow',
        subject: `follow:${actorId}`,
        createdAt: new Date(),
      })
      const { ids, app } = site
      await app.db.transaction(async tx => {
        await tx.delete(notifications)
        await tx
          .insert(notifications)
          .values([told(ids.susan, ids.john), told(ids.john, ids.susan), told(ids.john, ids.mary)])
      })
      const heard = new Set<string>()
      const stop = app.db.listen(invalidation => {
        for (const tag of invalidation) heard.add(tag)
      })
      assert.equal((await susan.post('/@john/block')).status, 303)
      stop()
      assert.ok(
        heard.has(`viewer:${ids.susan}`) && heard.has(`viewer:${ids.john}`),
        'their badges hear of it',
      )
      const left = await app.db.select().from(follows)
      assert.deepEqual(
        left.map(({ followerId }) => followerId),
        [ids.mary],
      )
      const news = await app.db.select().from(notifications)
      assert.deepEqual(
        news.map(({ actorId }) => actorId),
        [ids.mary],
      )
    })

    it('takes the other’s messages off the badge, at once and for good, and leaves their badge alone', async () => {
      const unread = async (browser: Browser) =>
        (await browser.get('/')).page.querySelector('[data-badge=messages] span')?.text
      await john.post('/messages/@susan', { body: 'hello' })
      await john.post('/messages/@susan', { body: 'hello?' })
      await mary.post('/messages/@susan', { body: 'hi' })
      await susan.post('/messages/@mary', { body: 'hi' })
      assert.deepEqual([await unread(susan), await unread(mary)], ['3', '1'])
      await susan.post('/@john/block')
      await mary.post('/@susan/block')
      assert.deepEqual([await unread(susan), await unread(mary)], ['1', '0'])
      await susan.post('/@john/block/delete')
      assert.equal(await unread(susan), '1', 'reading has begun anew after the block')
    })

    it('prevents following, with a sentence that blames neither', async () => {
      await blocking('susan', 'john')
      for (const [browser, name] of [
        [john, 'susan'],
        [susan, 'john'],
      ] as const) {
        const refused = await browser.post(`/@${name}/follow`)
        assert.equal(refused.status, 403)
        assert.match(main(refused), new RegExp(`You can’t follow ${name}`))
      }
      assert.equal(await site.app.db.$count(follows), 0)
    })

    it('takes effect during a simultaneous follow', async () => {
      for (let round = 0; round < 8; round++) {
        await Promise.all([
          john.post('/@susan/follow'),
          susan.post('/@john/block'),
          susan.post('/@john/follow'),
        ])
        assert.equal(await site.app.db.$count(follows), 0, `round ${round}`)
        await susan.post('/@john/block/delete')
      }
    })

    it('takes effect during a simultaneous reply, quote and repost: each came before it or not at all', async () => {
      for (let round = 0; round < 6; round++) {
        const [id] = (await site.write('susan', [`Round ${round}`])) as [number]
        const sent = [
          john.post(`/posts/${id}/replies`, { body: `Reply ${round}` }),
          john.post('/posts', { body: `Quote ${round}`, quote: String(id) }),
          john.post(`/posts/${id}/repost`),
        ]
        const [reply, quote, repost, blocked] = await Promise.all([...sent, susan.post('/@john/block')])
        assert.equal(blocked?.status, 303)
        for (const { status } of [reply, quote, repost] as Answer[])
          assert.ok([303, 404, 422].includes(status), `${status}`)
        const written = [reply, quote].filter(answer => answer?.status === 303)
        assert.equal(await site.app.db.$count(posts, eq(posts.userId, site.ids.john)), written.length)
        assert.equal(await site.app.db.$count(reposts), 0, `round ${round}`)
        assert.equal(await site.app.db.$count(notifications, eq(notifications.userId, site.ids.susan)), 0)
        await susan.post('/@john/block/delete')
        await site.app.db.transaction(tx => tx.delete(posts))
      }
    })
  })

  describe('many pairs at once, in two processes', () => {
    it('never have both a follow and a block', async () => {
      const other = await openDatabase(site.config.database)
      const { db } = site.app
      const people = await db.transaction(async tx => {
        const created: number[] = []
        for (let n = 0; n < 100; n++) {
          const account = {
            username: `pair${n}`,
            email: `pair${n}@example.com`,
            passwordHash: '-',
            language: null,
          }
          created.push(((await createAccount(tx, account, new Date())) as { id: number }).id)
        }
        return created
      })
      const pairs = people.slice(50).map((b, n) => [people[n] as number, b] as const)
      await Promise.all(
        pairs.flatMap(([a, b]) => [
          db.transaction(tx => follow(tx, a, b)),
          other.transaction(tx => block(tx, b, a)),
          other.transaction(tx => follow(tx, b, a)),
        ]),
      )
      const left = await db.select().from(follows)
      const isOfPair = (id: number) => people.includes(id)
      assert.deepEqual(
        left.filter(({ followerId }) => isOfPair(followerId)),
        [],
      )
      assert.equal(await db.$count(blocks, inArray(blocks.blockerId, people)), 50)
      await other.close()
    })
  })

  describe('the routes', () => {
    const block = { method: 'POST', url: '/@john/block' } as const
    const unblock = { method: 'POST', url: '/@john/block/delete' } as const
    const question = { method: 'GET', url: '/@john/block' } as const
    const list = { method: 'GET', url: '/settings/privacy' } as const

    it('are for members', async () => {
      const statuses = []
      for (const ask of [question, block, unblock, list])
        statuses.push((await site.visitor().ask(ask)).status)
      assert.deepEqual(statuses, [303, 401, 401, 303])
      assert.equal(
        (await site.visitor().post('/settings/privacy', { messages_from: 'following' })).status,
        401,
      )
      assert.equal(await site.app.db.$count(blocks), 0)
    })

    it('refuse oneself and unknown people', async () => {
      for (const ask of [question, block, unblock]) {
        const own = await john.ask(ask)
        assert.equal(own.status, 422)
        assert.match(main(own), /can’t block yourself/)
        assert.equal((await john.ask({ ...ask, url: ask.url.replace('john', 'nobody') })).status, 404)
        assert.equal((await john.ask({ ...ask, url: ask.url.replace('john', '%00') })).status, 404)
      }
      assert.equal(await site.app.db.$count(blocks), 0)
    })

    it('are idempotent, also at once', async () => {
      const twice = await Promise.all(Array.from({ length: 6 }, () => susan.ask(block)))
      assert.ok(twice.every(({ status }) => status === 303))
      assert.equal(await site.app.db.$count(blocks), 1)
      const again = await Promise.all(Array.from({ length: 6 }, () => susan.ask(unblock)))
      assert.ok(again.every(({ status }) => status === 303))
      assert.equal(await site.app.db.$count(blocks), 0)
    })

    it('undo only one’s own block', async () => {
      await blocking('susan', 'john')
      await blocking('john', 'susan')
      await susan.ask(unblock)
      const left = await site.app.db.select().from(blocks)
      assert.deepEqual(
        left.map(({ blockerId }) => blockerId),
        [site.ids.john],
      )
      assert.ok(await areBlocked(site.app.db, site.ids.susan, site.ids.john))
      await mary.ask({ ...unblock, url: '/@susan/block/delete' })
      assert.equal(await site.app.db.$count(blocks), 1)
    })

    it('never redirect to another site', async () => {
      assert.equal((await susan.post('/@john/block', { next: '//evil.example' })).location, '/')
      assert.equal((await susan.post('/@john/block/delete', { next: 'https://evil.example' })).location, '/')
    })
  })

  describe('between two people with a block', () => {
    const sides: [string, () => Browser, Name][] = [
      ['the one who blocked', () => susan, 'john'],
      ['the one who was blocked', () => john, 'susan'],
    ]
    for (const [side, browser, other] of sides) {
      it(`${side} sees nothing of the other’s posts, wherever posts are`, async () => {
        const [post] = await site.write('susan', ['from susan #tea @john'])
        const [johns] = await site.write('john', ['from john #tea @susan'])
        await site.write('mary', ['from mary #tea'])
        await blocking('susan', 'john')
        const me = browser()
        const own = other === 'john' ? 'from susan' : 'from john'
        for (const path of ['/explore', '/tags/tea']) {
          const shown = bodies(await me.get(path)).join()
          assert.ok(shown.includes(own) && shown.includes('from mary'), path)
          assert.ok(!shown.includes(`from ${other}`), path)
        }
        assert.ok(
          !bodies(await me.get('/'))
            .join()
            .includes(`from ${other}`),
        )
        assert.equal((await me.get(`/posts/${other === 'john' ? johns : post}`)).status, 404)
        const profile = await me.get(`/@${other}`)
        assert.equal(profile.status, 200)
        assert.deepEqual(bodies(profile), [])
        assert.equal(profile.page.querySelector('main form[action$="/follow"]'), null)
        assert.doesNotMatch(main(profile), /from |last seen/i)
        const card = await me.get(`/@${other}/card`)
        assert.equal(card.page.querySelector('form'), null)
      })

      it(`${side} does not see the other in lists and suggestions`, async () => {
        await following('susan', 'mary')
        await following('john', 'mary')
        await following('mary', 'susan')
        await following('mary', 'john')
        await blocking('susan', 'john')
        const me = browser()
        for (const list of ['followers', 'following']) {
          const people = (await me.get(`/@mary/${list}`)).page.querySelectorAll('main .people a.author')
          assert.equal(people.length, 1, list)
          assert.ok(!people.some(link => link.getAttribute('href') === `/@${other}`))
          assert.equal((await me.get(`/@${other}/${list}`)).location, `/@${other}`)
        }
        const aside = (await me.get('/explore')).page.querySelector('aside')
        assert.equal(aside?.querySelector(`a[href="/@${other}"]`), null)
      })
    }

    it('does not reveal the block to the blocked person', async () => {
      await blocking('susan', 'john')
      const profile = await john.get('/@susan')
      assert.match(main(profile), /posts aren’t available to you/)
      assert.doesNotMatch(main(profile), /block/i)
      assert.equal((await john.get('/settings/privacy')).page.querySelector('main .people'), null)
    })

    it('does not apply to others and visitors', async () => {
      const [post] = await site.write('john', ['from john #tea'])
      await blocking('susan', 'john')
      for (const reader of [mary, site.visitor()]) {
        for (const path of ['/explore', '/tags/tea', '/@john', `/posts/${post}`])
          assert.deepEqual(bodies(await reader.get(path)), ['from john #tea'], path)
      }
    })

    it('ends with the block; follows are not restored', async () => {
      await site.write('john', ['from john'])
      await following('susan', 'john')
      await blocking('susan', 'john')
      assert.deepEqual(bodies(await susan.get('/')), [])
      await susan.post('/@john/block/delete')
      assert.deepEqual(bodies(await susan.get('/explore')), ['from john'])
      assert.deepEqual(bodies(await susan.get('/')), [])
      assert.equal((await susan.post('/@john/follow')).status, 303)
      assert.deepEqual(bodies(await susan.get('/')), ['from john'])
    })

    it('needs no further statement', async () => {
      await site.write('mary', ['from mary #tea'])
      await blocking('susan', 'john')
      const budget = { '/explore': 4, '/tags/tea': 2, '/@john': 3, '/@mary': 5, '/settings/privacy': 3 }
      for (const [path, most] of Object.entries(budget)) {
        site.statements.length = 0
        await susan.get(path)
        assert.ok(site.statements.length <= most, `${path}: ${site.statements.length}`)
      }
    })
  })

  describe('the privacy settings', () => {
    it('list blocked people by pages, newest first, with links between them', async () => {
      const names = ['john', 'david', 'mary'] as const
      for (const name of names) await blocking('susan', name)
      const answer = await susan.get('/settings/privacy')
      const listed = answer.page
        .querySelectorAll('main .people form')
        .map(form => form.getAttribute('action'))
      assert.deepEqual(
        listed,
        names.toReversed().map(name => `/@${name}/block/delete`),
      )
      assert.equal((await susan.get('/settings/privacy?before=1-1')).location, '/settings/privacy')
      assert.equal((await susan.get('/settings/privacy?before=x')).status, 400)
      const next = answer.page.querySelector('main .people [name=next]')?.getAttribute('value') as string
      assert.equal((await susan.post('/@mary/block/delete', { next })).location, '/settings/privacy')
    })

    it('store who can write to the person', async () => {
      const chosen = async () =>
        (await susan.get('/settings/privacy')).page
          .querySelector('button[aria-pressed=true]')
          ?.getAttribute('value')
      assert.equal(await chosen(), 'everyone')
      assert.equal(
        (await susan.post('/settings/privacy', { messages_from: 'following' })).location,
        '/settings/privacy',
      )
      assert.equal(await chosen(), 'following')
      for (const messages_from of ['nobody', '', 'everyone,following'])
        assert.equal((await susan.post('/settings/privacy', { messages_from })).status, 400)
      assert.equal(await chosen(), 'following')
      await susan.post('/settings/privacy', { messages_from: 'everyone' })
    })
  })
})
