import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { block } from '../blocks/queries.ts'
import { blocks, conversations, follows, messages, notifications, users } from '../database/schema.ts'
import { asc, eq } from '../database/sql.ts'
import { follow } from '../follows/queries.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { type Name, openSite, password, type Site } from '../testing/site.ts'
import { sendMessage } from './sending-queries.ts'

const wordsOf = ({ page }: Answer) => page.querySelectorAll('.message .content').map(({ text }) => text)
const composerOf = ({ page }: Answer) => page.querySelector('main form[action^="/messages/"]')
const obstacleOf = ({ page }: Answer) => page.querySelector('.obstacle')?.text ?? ''

describe('sending messages', () => {
  let site: Site
  const people = {} as Record<Name, Browser>
  before(async () => {
    site = await openSite()
    for (const name of ['susan', 'john', 'david', 'mary'] as const) people[name] = await site.signedIn(name)
  })
  beforeEach(() =>
    site.app.db.transaction(async tx => {
      for (const table of [conversations, blocks, follows]) await tx.delete(table)
      await tx.update(users).set({ messagesFrom: 'everyone', closedAt: null })
    }),
  )
  after(() => site.close())
  const all = () => site.app.db.select().from(messages).orderBy(asc(messages.id))
  const change = (name: Name, to: Partial<typeof users.$inferInsert>) =>
    site.app.db.transaction(tx => tx.update(users).set(to).where(eq(users.id, site.ids[name])))
  /** Sends a second apart, oldest first. */
  const write = ([from, to]: [Name, Name], bodies: string[], since = Date.now() - 3_600_000) =>
    site.app.db.transaction(async tx => {
      for (const [n, body] of bodies.entries()) {
        const draft = { senderId: site.ids[from], to, body, language: 'en', submission: null }
        await sendMessage(tx, draft, new Date(since + n * 1000))
      }
    })

  for (const [what, body] of [
    ['nothing', ''],
    ['what looks like nothing', '\u200b \u2800'],
    ['too much', '👨‍👩‍👧‍👦'.repeat(141)],
  ] as const) {
    it(`refuses ${what} and shows the form again`, async () => {
      await write(['john', 'susan'], ['Well?'])
      const answer = await people.susan.post('/messages/@john', { body, submission: 'the same' })
      assert.equal(answer.status, 422)
      const words = answer.page.querySelector('textarea')
      assert.equal(words?.getAttribute('aria-invalid'), 'true')
      assert.equal(words?.text.slice(1), body)
      assert.ok(answer.page.querySelector('#body-error')?.text.trim())
      assert.equal(answer.page.querySelector('[name=submission]')?.getAttribute('value'), 'the same')
      assert.deepEqual(wordsOf(answer), ['Well?'])
      assert.equal((await all()).length, 1)
    })
  }

  it('notifies with the time of the message', async () => {
    await write(['john', 'susan'], ['Tea?'])
    const [told] = await site.app.db.select().from(notifications).where(eq(notifications.kind, 'message'))
    assert.deepEqual(told?.createdAt, (await all())[0]?.createdAt)
  })

  it('sends a form once, but other texts and other people are another message', async () => {
    const form = { body: 'Once.', submission: 'one-form' }
    const send = () => people.susan.post('/messages/@john', form)
    const answers = await Promise.all([send(), send(), send(), send()])
    assert.ok(answers.every(({ status }) => status === 303))
    await send()
    assert.deepEqual(
      (await all()).map(({ body }) => body),
      ['Once.'],
    )
    await people.susan.post('/messages/@john', { ...form, body: 'Twice.' })
    await people.susan.post('/messages/@mary', form)
    await people.john.post('/messages/@susan', form)
    assert.deepEqual(
      (await all()).map(({ body }) => body),
      ['Once.', 'Twice.', 'Once.', 'Once.'],
    )
    const unread = (await people.john.get('/messages')).page.querySelector('.conversation .badge .hidden')
    assert.equal(unread?.text, '2 new messages', 'what was not sent again is not counted again')
  })

  it('keeps the text through sign-in after a session has ended', async () => {
    const visitor = site.visitor()
    const asked = await visitor.post('/messages/@john', { body: 'Do not lose me & mine' })
    assert.equal(asked.status, 401)
    assert.match(asked.page.querySelector('.lead')?.text ?? '', /^Sign in to message .?john/)
    const next = asked.page.querySelector('main input[name=next]')?.getAttribute('value') ?? ''
    const back = await visitor.post('/sign-in', { identifier: 'susan', password, next })
    const thread = await visitor.follow(back)
    assert.equal(thread.page.querySelector('textarea')?.text.trim(), 'Do not lose me & mine')
    assert.equal(composerOf(thread)?.getAttribute('action'), '/messages/@john')
  })

  it('refuses unknown people and oneself', async () => {
    assert.equal((await people.susan.get('/messages/@nobody')).status, 404)
    assert.equal((await people.susan.post('/messages/@nobody', { body: 'Hello?' })).status, 404)
    assert.equal((await people.susan.get('/messages/@bad-name')).status, 404)
    assert.equal((await people.susan.get('/messages/@Susan')).location, '/messages')
    assert.equal((await people.susan.post('/messages/@SUSAN', { body: 'Hello me' })).status, 422)
    assert.equal((await all()).length, 0)
  })

  for (const blocker of ['susan', 'john'] as const) {
    it(`is refused once ${blocker} has blocked, while old messages stay readable`, async () => {
      await write(['susan', 'john'], ['before'])
      const blocked = blocker === 'susan' ? 'john' : 'susan'
      await site.app.db.transaction(tx => block(tx, site.ids[blocker], site.ids[blocked]))
      for (const [name, other] of [
        ['susan', 'john'],
        ['john', 'susan'],
      ] as const) {
        const answer = await people[name].post(`/messages/@${other}`, { body: 'after <i>' })
        assert.equal(answer.status, 403)
        assert.match(obstacleOf(answer), /can’t message each other/)
        assert.equal(answer.page.querySelector('.unsent')?.text, 'after <i>', 'the words can be copied')
        const thread = await people[name].get(`/messages/@${other}`)
        assert.deepEqual(wordsOf(thread), ['before'])
        assert.equal(composerOf(thread), null)
      }
      assert.equal((await all()).length, 1)
    })
  }

  it('reaches a person who accepts messages only from people they follow or have written to', async () => {
    await change('john', { messagesFrom: 'following' })
    assert.match(obstacleOf(await people.susan.get('/messages/@john')), /only accepts messages/)
    assert.equal((await people.susan.post('/messages/@john', { body: 'Hello' })).status, 403)
    await site.app.db.transaction(tx => follow(tx, site.ids.susan, site.ids.john))
    assert.equal((await people.susan.post('/messages/@john', { body: 'I follow you' })).status, 403)
    await people.john.post('/messages/@susan', { body: 'You may answer' })
    assert.equal((await people.susan.post('/messages/@john', { body: 'Thank you' })).status, 303)
    await site.app.db.transaction(tx => follow(tx, site.ids.john, site.ids.mary))
    assert.equal((await people.mary.post('/messages/@john', { body: 'We know each other' })).status, 303)
    assert.equal((await all()).length, 3)
  })

  it('is not allowed by one’s own earlier messages', async () => {
    await write(['susan', 'john'], ['Hello', 'Hello?'])
    await change('john', { messagesFrom: 'following' })
    assert.equal((await people.susan.post('/messages/@john', { body: 'Hello??' })).status, 403)
  })

  it('refuses an account that is being deleted', async () => {
    await write(['susan', 'john'], ['before'])
    await change('john', { closedAt: new Date() })
    await change('mary', { closedAt: new Date() })
    const answer = await people.susan.post('/messages/@john', { body: 'after' })
    assert.equal(answer.status, 403)
    assert.match(obstacleOf(answer), /is closing their account/)
    assert.equal((await people.susan.get('/messages/@mary')).status, 404)
    assert.equal((await all()).length, 1)
  })

  it('answers programs with problem details', async () => {
    const json = { accept: 'application/json' }
    const wrong = await people.susan.post('/messages/@john', { body: '' }, json)
    assert.equal(wrong.status, 422)
    assert.deepEqual(Object.keys(Object(wrong.json()['errors'])), ['body'])
    await site.app.db.transaction(tx => block(tx, site.ids.john, site.ids.susan))
    const refused = await people.susan.post('/messages/@john', { body: 'Hello' }, json)
    assert.equal(refused.status, 403)
    assert.match(JSON.stringify(refused.json()), /can’t message each other/)
  })
})

describe('sending many messages at once', () => {
  it('keeps the text and says when to retry', async ({ mock }) => {
    // So that none is regained meanwhile.
    mock.timers.enable({ apis: ['Date'], now: Date.now() })
    const site = await openSite({ RATE_LIMITS: 'on' })
    const susan = await site.signedIn('susan')
    const send = (n: number) => susan.post('/messages/@john', { body: `message ${n}` })
    const answers = await Promise.all(Array.from({ length: 33 }, (_, n) => send(n)))
    assert.equal(answers.filter(({ status }) => status === 303).length, 30)
    const refused = await susan.post('/messages/@john', { body: 'one <b>more</b>' })
    assert.equal(refused.status, 429)
    assert.ok(Number(refused.headers['retry-after']) <= 5)
    assert.equal(refused.page.querySelector('textarea')?.text.trim(), 'one <b>more</b>')
    assert.match(refused.page.querySelector('.error-message')?.text ?? '', /Try again in \d+ second/)
    assert.equal(await site.app.db.$count(messages), 30)
    await site.close()
  })
})
