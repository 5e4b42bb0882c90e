import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { createAccount } from '../accounts/queries.ts'
import { block, unblock } from '../blocks/queries.ts'
import { blocks, conversations, follows, notifications, posts } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { follow } from '../follows/queries.ts'
import { publishPost } from '../posts/queries.ts'
import { programOf } from '../testing/api.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'
import { kinds } from './kinds.ts'
import { notify } from './queries.ts'

const rows = ({ page }: Answer) => page.querySelectorAll('.notification')
const sentences = (answer: Answer) =>
  rows(answer).map(row => row.querySelector('a')?.text.replaceAll(/\s+/g, ' '))
const badge = ({ page }: Answer) => page.querySelector('[data-badge=notifications]')
const counted = (answer: Answer) =>
  badge(answer)?.hasAttribute('hidden') ? 0 : Number(badge(answer)?.querySelector('span')?.text)

describe('notifications', () => {
  let site: Site
  let susan: Browser
  let john: Browser
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
    john = await site.signedIn('john')
  })
  afterEach(() =>
    site.app.db.transaction(async tx => {
      for (const table of [posts, follows, blocks, notifications]) await tx.delete(table)
    }),
  )
  after(() => site.close())
  const all = () => site.app.db.select().from(notifications).orderBy(notifications.id)
  const publish = async (browser: Browser, body: string) => {
    await browser.post('/posts', { body })
    const [post] = await site.app.db.select({ id: posts.id }).from(posts).where(eq(posts.body, body))
    return Number(post?.id)
  }
  const told = (name: Name) => async () =>
    (await all()).filter(({ userId }) => userId === site.ids[name]).map(({ kind }) => kind)

  it('announce a new follower once, and no more after they unfollow', async () => {
    const counts: number[] = []
    for (const action of ['follow', 'follow', 'follow/delete', 'follow']) {
      await john.post(`/@susan/${action}`)
      counts.push(counted(await susan.get('/')))
    }
    assert.deepEqual(counts, [1, 1, 0, 1])
    assert.deepEqual(sentences(await susan.get('/notifications')), ['john followed you'])
    await (await programOf(site, 'john')).delete('/api/users/susan/follow')
    assert.deepEqual(await all(), [])
  })

  it('of an unfollow and an edit are taken back alone: those of others and of other posts stay', async () => {
    const david = await site.signedIn('david')
    for (const browser of [john, david]) await browser.post('/@susan/follow')
    const id = await publish(john, 'tea, @susan and @mary?')
    await publish(john, 'and you, @susan?')
    await john.post('/@susan/follow/delete')
    await john.post(`/posts/${id}`, { body: 'tea, @mary?' })
    const list = await susan.get('/notifications')
    assert.deepEqual(sentences(list), ['john mentioned you in a post', 'david followed you'])
    assert.equal(counted(list), 2)
    assert.deepEqual(await told('mary')(), ['mention'])
  })

  it('have an icon by kind, at the avatar of who caused them', async () => {
    await john.post('/@susan/follow', {})
    await publish(john, 'Tea, @susan?')
    await (await site.signedIn('mary')).post('/messages/@susan', { body: 'Or coffee?' })
    const shown = rows(await susan.get('/notifications'))
    const icons = shown.map(row => row.querySelector('.kind .avatar ~ svg path')?.getAttribute('d') ?? '')
    assert.ok(icons.every(icon => icon.startsWith('M')))
    assert.deepEqual([icons.length, new Set(icons).size], [3, 3])
  })

  it('announce a mention with the post’s beginning, and not one’s own', async () => {
    await publish(john, 'tea with @susan and @john?')
    const answer = await susan.get('/notifications')
    assert.deepEqual(sentences(answer), ['john mentioned you in a post'])
    assert.match(rows(answer)[0]?.querySelector('.content')?.text ?? '', /^tea with @susan/)
    assert.deepEqual(await told('john')(), [])
  })

  it('announce an edited post to those whom it did not mention before, and no more to those whom it did', async () => {
    const id = await publish(john, 'tea with @susan')
    await susan.post('/notifications/read')
    await john.post(`/posts/${id}`, { body: 'tea with @susan and @david' })
    assert.equal(counted(await susan.get('/')), 0)
    assert.deepEqual([await told('susan')(), await told('david')()], [['mention'], ['mention']])
    await john.post(`/posts/${id}`, { body: 'tea' })
    assert.deepEqual(await all(), [])
    await john.post(`/posts/${id}`, { body: 'tea with @SUSAN' })
    assert.deepEqual(await told('susan')(), ['mention'])
    assert.equal(counted(await susan.get('/')), 1)
  })

  it('reach fifty people with two statements', async () => {
    const { db } = site.app
    const people = Array.from({ length: 50 }, (_, n) => `many${n}`)
    await db.transaction(async tx => {
      for (const username of people)
        await createAccount(
          tx,
          { username, email: `${username}@example.com`, passwordHash: '-', language: null },
          new Date(),
        )
    })
    site.statements.length = 0
    const body = people.map(name => `@${name}`).join(' ')
    const draft = { userId: site.ids.john, body, language: null, submission: null }
    await db.transaction(tx => publishPost(tx, draft, new Date()))
    const about = (table: string) => site.statements.filter(text => text.includes(`"${table}"`)).length
    assert.deepEqual([about('notifications'), about('blocks')], [1, 1])
    assert.equal((await all()).length, 50)
  })

  it('are not sent between two people of whom one has blocked the other', async () => {
    const { db } = site.app
    await db.transaction(tx => follow(tx, site.ids.john, site.ids.susan))
    for (const [one, other] of [
      ['susan', 'john'],
      ['john', 'susan'],
    ] as const) {
      await db.transaction(tx => block(tx, site.ids[one], site.ids[other]))
      await publish(john, `hello @susan, @david (${one})`)
      assert.deepEqual(await told('susan')(), [], 'what was told before is gone, too')
      await db.transaction(tx => unblock(tx, site.ids[one], site.ids[other]))
    }
    assert.deepEqual(await told('david')(), ['mention', 'mention'])
  })

  it('are unread again after another event, for kinds with `again`', async () => {
    const { db } = site.app
    const { susan: userId, john: actorId } = site.ids
    const pair = { firstId: Math.min(userId, actorId), secondId: Math.max(userId, actorId) }
    const [conversation] = await db.transaction(tx =>
      tx
        .insert(conversations)
        .values({ ...pair, createdAt: new Date() })
        .returning({ id: conversations.id }),
    )
    for (const [kind, about] of [
      ['follow', actorId],
      ['message', Number(conversation?.id)],
    ] as const) {
      const news = { userId, kind, about, actorId }
      await db.transaction(tx => notify(tx, news))
      await susan.post('/notifications/read')
      const before = (await all()).at(-1)
      await db.transaction(tx => notify(tx, news))
      const after = (await all()).at(-1)
      assert.equal(after?.id, before?.id)
      const { again, counts } = kinds[kind]
      const list = await susan.get('/notifications')
      assert.equal(list.page.querySelectorAll('.notification.unread').length, again ? 1 : 0)
      assert.equal(counted(list), again && counts ? 1 : 0)
      assert.equal(Number(after?.createdAt) > Number(before?.createdAt), kinds[kind].again)
    }
  })

  it('of an unknown kind are neither shown nor counted', async () => {
    const { db } = site.app
    const row = { userId: site.ids.susan, kind: 'from-the-future', subject: 'x', createdAt: new Date() }
    await db.transaction(async tx => {
      await tx.insert(notifications).values(row)
      tx.invalidates(`viewer:${row.userId}`)
    })
    await john.post('/@susan/follow')
    const list = await susan.get('/notifications')
    assert.deepEqual([sentences(list), counted(list)], [['john followed you'], 1])
    const [unknown] = await all()
    assert.equal((await susan.get(`/notifications/${unknown?.id}`)).status, 404)
    const program = await programOf(site, 'susan')
    const { items } = (await program.get('/api/notifications')).json
    assert.deepEqual(
      items.map(({ kind }: { kind: string }) => kind),
      ['follow'],
    )
  })

  it('redirect to their subject and are marked as read, except by a prefetch', async () => {
    const id = await publish(john, 'hello @susan')
    await john.post('/@susan/follow')
    const list = await susan.get('/notifications')
    assert.equal(counted(list), 2)
    assert.equal(rows(list).filter(row => row.classList.contains('unread')).length, 2)
    const [followed, mentioned] = rows(list).map(row => String(row.querySelector('a')?.getAttribute('href')))
    const beforehand = await susan.get(String(mentioned), { 'sec-purpose': 'prefetch;prerender' })
    assert.equal(beforehand.location, `/posts/${id}`)
    await susan.get(String(mentioned), { 'sec-fetch-site': 'cross-site' })
    assert.equal(counted(await susan.get('/')), 2)
    assert.equal((await susan.get(String(mentioned))).location, `/posts/${id}`)
    assert.equal((await susan.get(String(followed))).location, '/@john')
    assert.equal(counted(await susan.get('/')), 0)
    assert.equal(rows(await susan.get('/notifications')).length, 2, 'they stay')
    assert.ok(badge(await susan.get('/')), 'the badge is there, hidden, for the script')
  })

  it('are all marked as read, except those newer than the page', async () => {
    await john.post('/@susan/follow')
    const { page } = await susan.get('/notifications')
    const form = page.querySelector('form[action="/notifications/read"]')
    const upTo = String(form?.querySelector('[name=upTo]')?.getAttribute('value'))
    await publish(john, 'hello @susan')
    const answer = await susan.post('/notifications/read', { upTo })
    assert.equal(answer.location, '/notifications')
    const next = await susan.follow(answer)
    assert.match(next.page.querySelector('[role=status]')?.text ?? '', /marked as read/)
    assert.equal(counted(next), 1)
    await susan.post('/notifications/read')
    assert.equal(counted(await susan.get('/')), 0)
    assert.equal((await susan.post('/notifications/read', { upTo: 'x' })).status, 400)
  })

  it('are only accessible to their recipient', async () => {
    await john.post('/@susan/follow')
    const [own] = await all()
    assert.equal((await john.get(`/notifications/${own?.id}`)).status, 404)
    await john.post('/notifications/read')
    assert.equal(counted(await susan.get('/')), 1)
    assert.equal(sentences(await john.get('/notifications')).length, 0)
    for (const path of ['/notifications', `/notifications/${own?.id}`])
      assert.equal((await site.visitor().get(path)).location, `/sign-in?next=${encodeURIComponent(path)}`)
    assert.equal((await site.visitor().post('/notifications/read')).status, 401)
    assert.equal((await susan.get('/notifications/99999')).status, 404)
    assert.equal((await susan.get('/notifications/x')).status, 404)
  })

  it('are deleted with their subject', async () => {
    const id = await publish(john, 'hello @susan')
    await john.post(`/posts/${id}/delete`)
    assert.deepEqual(await all(), [])
  })

  it('are paged, with two statements each and two for the sidebar', async () => {
    await site.app.db.transaction(async tx => {
      for (let n = 0; n < 60; n++)
        await notify(tx, {
          userId: site.ids.susan,
          kind: n % 2 ? 'export' : 'follow',
          about: n,
          ...(n % 2 ? {} : { actorId: site.ids.john }),
          at: new Date(Date.now() - 60_000 + n),
        })
    })
    site.statements.length = 0
    const first = await susan.get('/notifications')
    assert.ok(site.statements.length <= 4, site.statements.join('\n'))
    assert.equal(counted(first), 60)
    const seen = [...rows(first)]
    let next = first.page.querySelector('a[rel=next]')?.getAttribute('href')
    while (next) {
      const page = await susan.get(next)
      seen.push(...rows(page))
      next = page.page.querySelector('a[rel=next]')?.getAttribute('href')
    }
    assert.equal(new Set(seen.map(({ id }) => id)).size, 60)
    assert.match(first.text, /Your export is ready/)
  })

  it('have a tab with words written to one: few among many, many, and none', async () => {
    const mentions = '/notifications/mentions'
    const { userId, actorId } = { userId: site.ids.susan, actorId: site.ids.john }
    assert.match((await susan.get(mentions)).page.querySelector('.empty')?.text ?? '', /No mentions yet/)
    const at = (n: number) => new Date(Date.now() - 60_000 + n)
    const add = (kind: string, count: number) =>
      site.app.db.transaction(async tx => {
        tx.invalidates(`viewer:${userId}`)
        for (let from = 0; from < count; from += 500)
          await tx.insert(notifications).values(
            Array.from({ length: Math.min(500, count - from) }, (_, n) => ({
              userId,
              actorId,
              kind,
              subject: `${kind}:${from + n}`,
              createdAt: at(from + n),
            })),
          )
      })
    await add('mention', 2)
    await add('follow', 3_000)
    assert.deepEqual(sentences(await susan.get(mentions)), Array(2).fill('john mentioned you in a post'))
    const post = await publish(john, 'Tea, @susan?')
    await john.post(`/posts/${post}/replies`, { body: 'Or coffee' })
    for (const kind of ['reply', 'quote']) await add(kind, 30)
    site.statements.length = 0
    let page = await susan.get(mentions)
    assert.ok(site.statements.length <= 4, site.statements.join('\n'))
    assert.equal(page.page.querySelector('.tabs [aria-current]')?.text, 'Mentions')
    const seen = [...sentences(page)]
    for (let next; (next = page.page.querySelector('a[rel=next]')?.getAttribute('href')); ) {
      page = await susan.get(next)
      seen.push(...sentences(page))
    }
    const count = (verb: string) => seen.filter(sentence => sentence?.includes(verb)).length
    assert.deepEqual([seen.length, count('replied'), count('quoted'), count('mentioned')], [63, 30, 30, 3])
    const program = await programOf(site, 'susan')
    const { items, links } = (await program.get('/api/notifications?tab=mentions&limit=1')).json
    assert.equal(items[0].kind, 'mention')
    assert.equal((await program.get(links.next)).json.items[0].kind, 'quote')
    assert.equal((await program.get('/api/notifications?tab=likes')).status, 400)
  })

  it('show what a post warns of instead of its words', async () => {
    const id = await publish(john, 'The butler did it, @susan')
    await site.app.db.transaction(async tx => {
      tx.invalidates(`post:${id}`)
      await tx.update(posts).set({ contentWarning: 'The end of a film' }).where(eq(posts.id, id))
    })
    const list = await susan.get('/notifications')
    assert.equal(rows(list)[0]?.querySelector('.content')?.text, 'The end of a film')
    assert.doesNotMatch(list.text, /butler/)
  })

  it('have an empty page', async () => {
    const answer = await susan.get('/notifications')
    assert.ok(answer.page.querySelector('.empty'))
    assert.equal(answer.page.querySelector('form[action="/notifications/read"]'), null)
  })
})
