import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { conversations, messages, notifications, participants } from '../database/schema.ts'
import { and, asc, eq } from '../database/sql.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'
import { markMessagesRead } from './queries.ts'
import { sendMessage } from './sending-queries.ts'

const badgeOf = ({ page }: Answer, name = 'messages') => {
  const badge = page.querySelector(`[data-badge=${name}]`)
  return badge?.hasAttribute('hidden') ? '' : badge?.querySelector('.hidden')?.text.trim()
}

describe('unread messages', () => {
  let site: Site
  const people = {} as Record<Name, Browser>
  before(async () => {
    site = await openSite()
    for (const name of ['susan', 'john', 'david', 'mary'] as const) people[name] = await site.signedIn(name)
  })
  beforeEach(() => site.app.db.transaction(async tx => void (await tx.delete(conversations))))
  after(() => site.close())
  const send = (from: Name, to: Name, body = 'Hello') =>
    site.app.db.transaction(tx =>
      sendMessage(tx, { senderId: site.ids[from], to, body, language: null, submission: null }, new Date()),
    )
  const unreadOf = async (name: Name, other: Name) => {
    const { userId, otherId, unread } = participants
    const side = and(eq(userId, site.ids[name]), eq(otherId, site.ids[other]))
    const [found] = await site.app.db.select({ unread }).from(participants).where(side)
    return found?.unread
  }
  const told = async (name: Name) => {
    const mine = and(eq(notifications.userId, site.ids[name]), eq(notifications.kind, 'message'))
    return site.app.db.select().from(notifications).where(mine)
  }

  it('are counted on every page until the conversation is shown, on which they are read already', async () => {
    await send('susan', 'john', 'one')
    await send('susan', 'john', 'two')
    await send('mary', 'john')
    assert.equal(badgeOf(await people.john.get('/')), '3 new')
    assert.equal(badgeOf(await people.john.get('/'), 'notifications'), '', 'not in a second badge')
    assert.equal((await told('john')).length, 2, 'told once a conversation')
    const seen = await people.john.get('/messages/@susan')
    assert.deepEqual([badgeOf(seen), badgeOf(seen, 'notifications')], ['1 new', ''])
    assert.equal(badgeOf(await people.john.get('/')), '1 new')
    const row = (await people.john.get('/messages')).page.querySelectorAll('.conversation.unread')
    assert.deepEqual(
      row.map(({ text }) => text.includes('mary')),
      [true],
    )
    assert.equal(await unreadOf('susan', 'john'), 0, 'one’s own are never unread')
  })

  it('stay unread after a prefetch, a HEAD request, an older page and a link on another site', async () => {
    for (let n = 0; n < 30; n++) await send('susan', 'john', `message ${n}`)
    const [last] = await site.app.db.select().from(messages).orderBy(asc(messages.id)).limit(1).offset(10)
    const path = '/messages/@susan'
    const unseen = [
      await people.john.get(path, { 'sec-purpose': 'prefetch' }),
      await people.john.get(path, { 'sec-purpose': 'prefetch;prerender' }),
      await people.john.get(path, { purpose: 'prefetch' }),
      await people.john.ask({ method: 'HEAD', url: path }),
      await people.john.get(`${path}?before=${last?.createdAt.getTime()}-${last?.id}`),
      await people.john.get(`${path}?after=1-1`),
      await people.john.get(`${path}/new?after=1-1`),
      await people.john.get(`${path}/new`, { 'sec-purpose': 'prefetch' }),
      await people.john.get('/messages'),
      await people.john.get(path, { 'sec-fetch-site': 'cross-site' }),
    ]
    for (const [n, { status }] of unseen.entries()) {
      assert.equal(status, 200)
      assert.equal(await unreadOf('john', 'susan'), 30, `answer ${n}`)
    }
    assert.equal((await told('john'))[0]?.readAt, null)
    await people.john.get(path)
    assert.equal(await unreadOf('john', 'susan'), 0)
    assert.ok((await told('john'))[0]?.readAt)
  })

  it('are read by the open page when they arrive', async () => {
    await send('susan', 'john')
    const page = await people.john.get('/messages/@susan')
    const end = page.page.querySelector('message-thread')?.getAttribute('end')
    await send('susan', 'john', 'while you look')
    assert.equal(await unreadOf('john', 'susan'), 1)
    assert.equal((await told('john'))[0]?.readAt, null, 'told again')
    const news = await people.john.get(`/messages/@susan/new?after=${end}`)
    assert.equal(news.page.querySelector('.message .content')?.text, 'while you look')
    assert.equal(await unreadOf('john', 'susan'), 0)
    assert.equal((await told('john')).length, 1)
  })

  it('are read until the last one seen, and never become unread again', async () => {
    const sent = []
    for (const body of ['one', 'two', 'three']) sent.push(await send('susan', 'john', body))
    const [one, two] = sent.map(answer => ('message' in Object(answer) ? Object(answer).message : null))
    const [conversation] = await site.app.db.select().from(conversations)
    const seen = { userId: site.ids.john, conversationId: conversation?.id as number }
    const mark = (until: typeof one) =>
      site.app.db.transaction(tx => markMessagesRead(tx, { ...seen, until }, new Date()))
    assert.equal((await mark(two)).unreadMessages, 1)
    assert.equal((await told('john'))[0]?.readAt, null, 'there is still one to see')
    assert.equal((await mark(one)).unreadMessages, 1, 'an answer that comes late')
    assert.equal((await mark({ id: two.id + 1, createdAt: new Date() })).unreadMessages, 0)
  })

  it('are counted exactly when many are sent at once', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, n) => send('susan', 'john', `message ${n}`)))
    assert.equal(await unreadOf('john', 'susan'), 40)
    const rows = await site.app.db.select().from(messages).orderBy(asc(messages.createdAt), asc(messages.id))
    assert.equal(rows.length, 40)
    assert.deepEqual(
      rows.map(({ id }) => id),
      rows.map(({ id }) => id).toSorted((a, b) => a - b),
    )
  })

  it('are in one conversation, also when both people start it at once', async () => {
    await Promise.all([
      ...Array.from({ length: 5 }, () => send('susan', 'john')),
      ...Array.from({ length: 5 }, () => send('john', 'susan')),
    ])
    assert.equal((await site.app.db.select().from(conversations)).length, 1)
    assert.equal((await site.app.db.select().from(participants)).length, 2)
    assert.deepEqual([await unreadOf('susan', 'john'), await unreadOf('john', 'susan')], [5, 5])
  })

  it('are exactly those that no page has shown, while one person sends and the other reads', async () => {
    await send('susan', 'john', 'message 0')
    const pages: Promise<Answer>[] = []
    const sending = Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        await send('susan', 'john', `message ${n + 1}`)
        pages.push(people.john.get('/messages/@susan'))
      }),
    )
    await sending
    const answers = await Promise.all(pages)
    const order = await site.app.db.select().from(messages).orderBy(asc(messages.createdAt), asc(messages.id))
    const lastShown = Math.max(
      ...answers.map(({ page }) => {
        const last = page.querySelectorAll('.message').at(-1)?.id.slice('message-'.length)
        return order.findIndex(({ id }) => String(id) === last)
      }),
    )
    const unread = Number(await unreadOf('john', 'susan'))
    assert.ok(
      unread >= order.length - 1 - lastShown,
      `${unread} unread, shown up to ${lastShown} of ${order.length}`,
    )
    await people.john.get('/messages/@susan')
    assert.equal(await unreadOf('john', 'susan'), 0)
  })
})
