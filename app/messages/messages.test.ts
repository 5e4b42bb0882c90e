import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { renameAccount } from '../accounts/username-queries.ts'
import { conversations, formerUsernames, users } from '../database/schema.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'
import { sendMessage } from './sending-queries.ts'

const wordsOf = ({ page }: Answer) => page.querySelectorAll('.message .content').map(({ text }) => text)
const composerOf = ({ page }: Answer) => page.querySelector('main form[action^="/messages/"]')
const linkTo = ({ page }: Answer, rel: 'next' | 'prev') =>
  page.querySelector(`main nav a[rel=${rel}]`)?.getAttribute('href') as string
const rowsOf = ({ page }: Answer) => page.querySelectorAll('.conversation')
const numbered = (count: number, from = 1) => Array.from({ length: count }, (_, n) => `message ${n + from}`)

describe('messages', () => {
  let site: Site
  const people = {} as Record<Name, Browser>
  before(async () => {
    site = await openSite()
    for (const name of ['susan', 'john', 'david', 'mary'] as const) people[name] = await site.signedIn(name)
  })
  beforeEach(() =>
    site.app.db.transaction(async tx => {
      await tx.delete(conversations)
      await tx.delete(formerUsernames)
    }),
  )
  after(() => site.close())
  /** Sends a second apart, oldest first. */
  const write = ([from, to]: [Name, Name], bodies: string[], since = Date.now() - 3_600_000) =>
    site.app.db.transaction(async tx => {
      for (const [n, body] of bodies.entries()) {
        const draft = { senderId: site.ids[from], to, body, language: 'en', submission: null }
        await sendMessage(tx, draft, new Date(since + n * 1000))
      }
    })

  it('start from Messages, with a person to choose', async () => {
    const { susan } = people
    const inbox = await susan.get('/messages')
    assert.equal(inbox.page.querySelector('main .new-message')?.getAttribute('href'), '/messages/new')
    assert.equal(inbox.page.querySelector('.site-nav .write.new')?.getAttribute('href'), '/messages/new')
    const offered = async (to?: string) => {
      const { page, location, status } = await susan.get(
        `/messages/new${to ? `?to=${encodeURIComponent(to)}` : ''}`,
      )
      const links = page.querySelectorAll('.conversation a').map(link => link.getAttribute('href'))
      assert.equal(status, location ? 303 : 200)
      return location ?? links
    }
    assert.deepEqual(await offered(), [])
    await susan.post('/@mary/follow')
    assert.deepEqual(await offered(), ['/messages/@mary#newest'])
    for (const to of ['john', '@John', ' JOHN ', 'jo\0hn'])
      assert.equal(await offered(to), '/messages/@john#newest')
    assert.deepEqual(await offered('da'), ['/messages/@david#newest'])
    for (const to of ['nobody', 'susan', '"', '🎉', 'x'.repeat(3_000)])
      assert.deepEqual(await offered(to), [])
    await susan.post('/@mary/follow/delete')
  })

  it('lead back to Messages', async () => {
    for (const path of ['/messages/@john', '/messages/new']) {
      const { page } = await people.susan.get(path)
      assert.equal(page.querySelector('main .back')?.getAttribute('href'), '/messages')
    }
  })

  it('start from a profile and are read by both people', async () => {
    const profile = await people.susan.get('/@john')
    assert.ok(profile.page.querySelector('main a[href^="/messages/@john"]'))
    assert.equal((await people.susan.get('/@susan')).page.querySelector('main a[href^="/messages/"]'), null)
    assert.ok((await people.susan.get('/messages/@john')).page.querySelector('.empty'))
    const sent = await people.susan.post('/messages/@john', { body: '  Is the kettle on?  ' })
    assert.equal(sent.status, 303)
    const hers = await people.susan.follow(sent)
    assert.deepEqual(wordsOf(hers), ['Is the kettle on?'])
    assert.ok(hers.page.querySelector('[data-saved][role=status] p'))
    await people.john.post('/messages/@susan', { body: 'It is.' })
    const his = await people.john.get('/messages/@susan')
    assert.deepEqual(wordsOf(his), ['Is the kettle on?', 'It is.'])
    const whose = his.page.querySelectorAll('.message .hidden').map(({ text }) => text)
    assert.deepEqual(whose, ['susan:', 'You:'], 'said, not only shown by color and side')
    assert.equal((await site.app.db.select().from(conversations)).length, 1)
  })

  it('are accessible to nobody else', async () => {
    await write(['susan', 'john'], ['between us'])
    for (const path of ['/messages', '/messages/@john', '/messages/@susan', '/messages/@john/new']) {
      const visitor = await site.visitor().get(path)
      assert.equal(visitor.status, 303)
      assert.match(String(visitor.location), /^\/sign-in\?next=/)
      const other = await people.mary.get(path)
      assert.equal(other.status, 200)
      assert.ok(!other.text.includes('between us'), path)
    }
    assert.equal((await site.visitor().post('/messages/@john', { body: 'me, too' })).status, 401)
    for (const path of ['/', '/explore', '/@susan', '/notifications'])
      assert.ok(!(await people.mary.get(path)).text.includes('between us'), path)
    for (const name of ['susan', 'john'] as const) {
      const [own, other] = [await people[name].get('/messages'), name === 'susan' ? 'john' : 'susan']
      assert.equal(rowsOf(own).length, 1)
      assert.deepEqual(wordsOf(await people[name].get(`/messages/@${other}`)), ['between us'])
    }
  })

  it('are listed in the inbox by conversation, newest first', async () => {
    const now = Date.now()
    await write(['john', 'susan'], ['older'], now - 30_000)
    await write(['mary', 'susan'], ['newer <b>!</b>\nsecond line'], now - 20_000)
    await write(['susan', 'john'], ['newest'], now - 10_000)
    const rows = rowsOf(await people.susan.get('/messages'))
    const links = rows.map(row => row.querySelector('a')?.getAttribute('href'))
    assert.deepEqual(links, ['/messages/@john#newest', '/messages/@mary#newest'])
    assert.match(rows[0]?.querySelector('.excerpt')?.text ?? '', /^You: newest$/)
    assert.match(rows[1]?.querySelector('.excerpt')?.text ?? '', /^newer <b>!<\/b>/)
    const marks = rows.map(row => row.querySelector('.badge .hidden')?.text)
    assert.deepEqual(marks, ['1 new message', '1 new message'])
  })

  it('are paged in the inbox', async () => {
    await site.app.db.transaction(async tx => {
      const account = { passwordHash: '-', displayName: 'fan', lastSeenAt: new Date(), createdAt: new Date() }
      for (let n = 0; n < 30; n++) {
        const keys = {
          username: `fan${n}`,
          usernameKey: `fan${n}`,
          email: `fan${n}@x`,
          emailKey: `fan${n}@x`,
        }
        await tx
          .insert(users)
          .values({ ...account, ...keys })
          .onConflictDoNothing()
        const draft = { senderId: site.ids.susan, to: `fan${n}`, body: 'x', language: null, submission: null }
        await sendMessage(tx, draft, new Date(Date.now() - n * 1000))
      }
    })
    const first = await people.susan.get('/messages')
    const second = await people.susan.get(linkTo(first, 'next'))
    assert.deepEqual([rowsOf(first).length, rowsOf(second).length], [25, 5])
    assert.equal(
      new Set([...rowsOf(first), ...rowsOf(second)].map(row => row.querySelector('a')?.text)).size,
      30,
    )
    assert.equal(rowsOf(await people.susan.get(linkTo(second, 'prev'))).length, 25)
    assert.equal((await people.susan.get('/messages?before=1-1')).location, '/messages')
    assert.equal((await people.susan.get('/messages?before=x')).status, 400)
  })

  it('have the links, direction and language of posts, and are escaped', async () => {
    const body = 'See https://example.org/a?b=c&d, @JOHN, @nobody and #Té <b>!</b>'
    await people.susan.post('/messages/@john', { body })
    await people.susan.post('/messages/@john', { body: 'صباح الخير من الميناء يا صديقي العزيز' })
    const thread = await people.john.get('/messages/@susan')
    const links = thread.page
      .querySelectorAll('.message .content a')
      .map(a => [a.getAttribute('href'), a.text])
    assert.deepEqual(links, [
      ['https://example.org/a?b=c&d', 'https://example.org/a?b=c&d'],
      ['/@john', '@JOHN'],
      ['/tags/t%C3%A9', '#Té'],
    ])
    assert.ok(thread.text.includes('&lt;b&gt;!&lt;/b&gt;'))
    const arabic = thread.page.querySelectorAll('.message .content')[1]
    assert.deepEqual([arabic?.getAttribute('dir'), arabic?.getAttribute('lang')], ['auto', 'ar'])
    assert.equal((await site.visitor().get('/tags/té')).page.querySelectorAll('article').length, 0)
  })

  it('are paged without gaps or repeats while new ones arrive', async () => {
    await write(['susan', 'john'], numbered(60), Date.now() - 7 * 24 * 3_600_000)
    const first = await people.john.get('/messages/@susan')
    assert.deepEqual(wordsOf(first), numbered(25, 36), 'the newest at the bottom')
    assert.equal(linkTo(first, 'prev'), undefined)
    await write(['john', 'susan'], numbered(3, 61))
    const second = await people.john.get(linkTo(first, 'next'))
    assert.deepEqual(wordsOf(second), numbered(25, 11))
    assert.equal(composerOf(second), null, 'one answers at the end')
    const third = await people.john.get(linkTo(second, 'next'))
    assert.deepEqual(wordsOf(third), numbered(10))
    assert.equal(linkTo(third, 'next'), undefined)
    const back = await people.john.get(linkTo(second, 'prev'))
    assert.deepEqual(wordsOf(back), numbered(25, 36))
    const arrived = await people.john.get(linkTo(back, 'prev'))
    assert.deepEqual(wordsOf(arrived), numbered(3, 61))
    assert.ok(composerOf(arrived))
    const days = (await people.john.get('/messages/@susan')).page.querySelectorAll('.day h2')
    assert.deepEqual(days.length, 2)
    assert.match(days[1]?.text ?? '', /^(Today|Yesterday) · UTC$/)
  })

  it('break at the reader’s midnight, also where the page grows', async () => {
    await write(['susan', 'john'], ['before'], Date.parse('2026-03-10T14:59:59Z'))
    await write(['susan', 'john'], ['after'], Date.parse('2026-03-10T15:00:00Z'))
    const daysOf = ({ page }: Answer) =>
      page.querySelectorAll('.day').map(day => [day.getAttribute('data-day'), day.querySelector('h2')?.text])
    assert.deepEqual(daysOf(await people.john.get('/messages/@susan')), [
      ['2026-03-10', 'March 10, 2026 · UTC'],
    ])
    await people.john.post('/settings/time-zone', { timeZone: 'Asia/Tokyo' })
    const expected = [
      ['2026-03-10', 'March 10, 2026'],
      ['2026-03-11', 'March 11, 2026'],
    ]
    const page = await people.john.get('/messages/@susan')
    assert.deepEqual(daysOf(page), expected)
    const [first] = page.page.querySelectorAll('.message time')
    assert.match(first?.text ?? '', /^11:59\sPM$/)
    assert.deepEqual(daysOf(await people.john.get('/messages/@susan/new?after=1-1')), expected)
    await people.john.post('/settings/time-zone', { timeZone: '' })
  })

  it('redirect from a page past the end to the newest', async () => {
    for (const query of ['before=1-1', `after=${Date.now() + 1000}-1`])
      assert.equal((await people.susan.get(`/messages/@john?${query}`)).location, '/messages/@john')
    assert.equal((await people.susan.get('/messages/@john?before=1')).status, 400)
  })

  it('after a cursor are served as a fragment for the open page', async () => {
    await write(['susan', 'john'], numbered(2))
    const page = await people.john.get('/messages/@susan')
    const src = page.page.querySelector('message-thread')?.getAttribute('src')
    const end = page.page.querySelector('message-thread')?.getAttribute('end')
    await write(['susan', 'john'], numbered(30, 3))
    const first = await people.john.get(`${src}?after=${end}`)
    assert.deepEqual(wordsOf(first), numbered(25, 3))
    assert.equal(first.page.querySelector('html'), null)
    const next = first.page.querySelector('[data-end][data-more]')?.getAttribute('data-end')
    const second = await people.john.get(`${src}?after=${next}`)
    assert.deepEqual(wordsOf(second), numbered(5, 28))
    assert.equal(second.page.querySelector('[data-more]'), null)
  })

  it('redirect to a person’s new name', async () => {
    await write(['susan', 'john'], numbered(30))
    const older = linkTo(await people.susan.get('/messages/@john'), 'next')
    const rename = (username: string) =>
      site.app.db.transaction(tx => renameAccount(tx, { id: site.ids.john, username }, new Date()))
    await rename('johannes')
    const moved = await people.susan.get(older)
    assert.equal(moved.location, older.replace('@john', '@johannes'))
    assert.deepEqual(wordsOf(await people.susan.follow(moved)), numbered(5))
    assert.equal((await people.susan.post('/messages/@john', { body: 'New name?' })).status, 303)
    assert.equal(wordsOf(await people.susan.get('/messages/@johannes')).at(-1), 'New name?')
    await rename('john')
  })

  it('need few statements a page', async () => {
    await write(['susan', 'john'], numbered(30))
    await people.john.get('/messages/@susan')
    const budget: [string, number][] = [
      ['/messages', 2],
      ['/messages/@susan', 3],
      ['/messages/@susan/new', 3],
      ['/messages/@mary', 3],
    ]
    for (const [path, most] of budget) {
      site.statements.length = 0
      assert.equal((await people.john.get(path)).status, 200)
      assert.ok(site.statements.length <= most, `${path}: ${site.statements.length}, at most ${most}`)
    }
  })
})
