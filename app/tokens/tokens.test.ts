import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { hasPassword } from '../accounts/queries.ts'
import type { Writer } from '../database/database.ts'
import { apiTokens, sessions, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { createPasswordReset, setPassword, usePasswordReset } from '../passwords/queries.ts'
import { endSessionsOf } from '../sessions/queries.ts'
import { ApiClient, programOf } from '../testing/api.ts'
import { atOnce } from '../testing/at-once.ts'
import type { Browser } from '../testing/browser.ts'
import { linksIn, type Mailbox, openMailbox } from '../testing/mailbox.ts'
import { openSite, password, type Site } from '../testing/site.ts'
import { createToken, maxTokens, revokeTokensOf } from './queries.ts'

describe('the page of tokens', () => {
  let site: Site
  let susan: Browser
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
  })
  beforeEach(() => site.app.db.transaction(async tx => void (await tx.delete(apiTokens))))
  after(() => site.close())
  const form = { name: 'My script', scope: 'write', expiry: '30' }
  const names = async () =>
    (await susan.get('/settings/apps')).page.querySelectorAll('.rows h3').map(name => name.text)

  it('creates one, shows it this once, and it works', async () => {
    const answer = await susan.post('/settings/apps', form)
    assert.equal(answer.status, 201)
    assert.equal(answer.headers['cache-control'], 'no-store')
    const secret = String(answer.page.querySelector('#secret')?.getAttribute('value'))
    const { json } = await new ApiClient(site.app, secret).post('/api/posts', { body: 'From my script.' })
    assert.equal(json.author.username, 'susan')
    const later = await susan.get('/settings/apps')
    assert.ok(!later.text.includes(secret))
    assert.deepEqual(await names(), ['My script'])
    assert.match(later.text, /Read and write/)
    const [token] = await site.app.db.select().from(apiTokens)
    assert.ok(!JSON.stringify(token).includes(secret))
    assert.equal(Math.round((Number(token?.expiresAt) - Date.now()) / 86_400_000), 30)
  })

  it('asks for the password unless it was typed in the last ten minutes', async () => {
    const mary = await site.signedIn('mary')
    const ago = async (minutes: number | null) => {
      const confirmedAt = minutes === null ? null : new Date(Date.now() - minutes * 60_000)
      const isMarys = eq(sessions.userId, site.ids.mary)
      await site.app.db.transaction(tx => tx.update(sessions).set({ confirmedAt }).where(isMarys))
    }
    const field = ({ page }: { page: { querySelector(selector: string): unknown } }) =>
      page.querySelector('form[action="/settings/apps"] #current_password')
    await ago(9)
    assert.equal(field(await mary.get('/settings/apps')), null)
    for (const minutes of [11, null]) {
      await ago(minutes)
      assert.ok(field(await mary.get('/settings/apps')))
      for (const typed of ['', 'wrong']) {
        const answer = await mary.post('/settings/apps', { ...form, current_password: typed })
        assert.equal(answer.status, 422)
        assert.match(answer.page.querySelector('#current_password-error')?.text ?? '', /password/)
        assert.equal(answer.page.querySelector('#name')?.getAttribute('value'), 'My script')
      }
    }
    const wrong = await mary.post('/settings/apps', { ...form, name: '', current_password: password })
    assert.equal(wrong.status, 422)
    assert.equal(field(wrong), null, 'a right password is remembered with a form that is otherwise wrong')
    assert.equal((await mary.post('/settings/apps', form)).status, 201)
    await ago(11)
    assert.equal((await mary.post('/settings/apps', { ...form, current_password: password })).status, 201)
    assert.equal((await mary.post('/settings/apps', form)).status, 201)
  })

  it('holds the most tokens, however many are asked for at once', async () => {
    const asked = Array.from({ length: maxTokens + 4 }, (_, n) => ({
      userId: site.ids.susan,
      name: `${n}`,
      tokenHash: `${n}`,
      scope: 'read' as const,
      expiresAt: null,
    }))
    const create = (token: (typeof asked)[number]) =>
      site.app.db.transaction(tx => createToken(tx, token, new Date()))
    for (const token of asked.slice(0, maxTokens - 4)) await create(token)
    const last = await Promise.all(asked.slice(maxTokens - 4).map(create))
    assert.equal(last.filter(Boolean).length, 4)
    assert.equal(await site.app.db.$count(apiTokens), maxTokens)
  })

  it('revokes one, twice without harm, and no one else’s', async () => {
    const program = await programOf(site, 'susan')
    const johns = await programOf(site, 'john')
    const [mine, his] = await site.app.db.select().from(apiTokens).orderBy(apiTokens.id)
    for (const id of [mine?.id, mine?.id, his?.id, 999])
      assert.equal((await susan.post(`/settings/apps/${id}/delete`)).location, '/settings/apps')
    assert.equal((await program.get('/api/me')).status, 401)
    assert.equal((await johns.get('/api/me')).status, 200)
    assert.equal((await susan.post('/settings/apps/x/delete')).status, 404)
  })

  it('has none left after a password was reset', async () => {
    const [marys, johns] = [await programOf(site, 'mary'), await programOf(site, 'john')]
    const reset = { tokenHash: 'x', userId: site.ids.mary }
    await site.app.db.transaction(tx => createPasswordReset(tx, reset, new Date()))
    await site.app.db.transaction(tx =>
      usePasswordReset(tx, { tokenHash: 'x', passwordHash: '-' }, new Date()),
    )
    assert.equal((await marys.get('/api/me')).status, 401)
    assert.equal((await johns.get('/api/me')).status, 200)
  })

  it('makes none in a session that has ended while the form was on its way', async context => {
    const intruder = await site.signedIn('david')
    const { db } = site.app
    const transaction = db.transaction.bind(db)
    const reset = async (tx: Writer) => {
      await setPassword(tx, site.ids.david, '-')
      await endSessionsOf(tx, site.ids.david)
      await revokeTokensOf(tx, site.ids.david)
    }
    const late: typeof transaction = async work => {
      await transaction(reset)
      return transaction(work)
    }
    context.mock.method(db, 'transaction', late, { times: 1 })
    assert.equal((await intruder.post('/settings/apps', form)).status, 401)
    assert.equal(await db.$count(apiTokens), 0)
  })

  it('makes none by a password that is changed at the same moment', async () => {
    const {
      app: { db },
      ids,
    } = site
    const [mary] = await db.select().from(users).where(eq(users.id, ids.mary))
    const token = { userId: ids.mary, name: 'x', tokenHash: 'x', scope: 'read', expiresAt: null } as const
    const create = async (tx: Writer) =>
      (await hasPassword(tx, ids.mary, String(mary?.passwordHash))) && createToken(tx, token, new Date())
    const change = async (tx: Writer) => {
      await setPassword(tx, ids.mary, '-')
      await revokeTokensOf(tx, ids.mary)
    }
    await atOnce(db, create, change)
    assert.equal(await db.$count(apiTokens), 0)
  })

  it('says until when each works, and which does no more', async () => {
    const token = { userId: site.ids.susan, scope: 'read' as const }
    const day = 86_400_000
    await site.app.db.transaction(async tx => {
      for (const [name, expiresAt] of [
        ['ended', new Date(Date.now() - day)],
        ['going on', new Date(Date.now() + day)],
        ['for good', null],
      ] as const)
        await createToken(tx, { ...token, name, tokenHash: name, expiresAt }, new Date(Date.now() - 2 * day))
    })
    const rows = (await susan.get('/settings/apps')).page.querySelectorAll('.rows li').map(row => row.text)
    assert.match(String(rows.find(row => row.includes('ended'))), /expired on/)
    assert.match(String(rows.find(row => row.includes('going on'))), /· expires on/)
    assert.match(String(rows.find(row => row.includes('for good'))), /never expires/)
  })

  it('brings a form back whole, with a sentence beside each wrong field', async () => {
    for (const [wrong, fields] of [
      [{ name: '' }, ['name']],
      [{ name: '\ufe0f\u200b' }, ['name']],
      [{ name: '   ' }, ['name']],
      [{ name: 'x'.repeat(65) }, ['name']],
      [{ scope: 'admin', expiry: '7' }, ['scope', 'expiry']],
    ] as const) {
      const answer = await susan.post('/settings/apps', { ...form, ...wrong })
      assert.equal(answer.status, 422)
      for (const field of fields) assert.ok(answer.page.querySelector(`#${field}-error`)?.text.trim(), field)
      assert.equal(answer.page.querySelectorAll('.field .error-message').length, fields.length)
    }
    const answer = await susan.post('/settings/apps', { ...form, expiry: '7' })
    assert.equal(answer.page.querySelector('#name')?.getAttribute('value'), 'My script')
    assert.ok(answer.page.querySelector('[value=write]')?.hasAttribute('checked'))
    assert.deepEqual(await names(), [])
  })

  it('keeps a name that is markup a name', async () => {
    await susan.post('/settings/apps', { ...form, name: '<b>bold</b> "x"' })
    assert.deepEqual(await names(), ['<b>bold</b> "x"'])
  })

  it('is for those who are signed in', async () => {
    assert.equal((await site.visitor().get('/settings/apps')).status, 303)
    assert.equal((await site.visitor().post('/settings/apps', form)).status, 401)
  })

  it('asks one statement besides the session’s', async () => {
    await susan.get('/settings/apps')
    site.statements.length = 0
    await susan.get('/settings/apps')
    assert.ok(site.statements.length <= 2, site.statements.join('\n'))
  })
})

describe('a new token', () => {
  let mailbox: Mailbox
  let site: Site
  before(async () => {
    mailbox = await openMailbox()
    site = await openSite({ SMTP_URL: mailbox.url, PUBLIC_URL: 'https://social.example.org' })
  })
  after(async () => {
    await site.close()
    await mailbox.close()
  })

  it('is told to its owner by mail, wherever it was made', async () => {
    const susan = await site.signedIn('susan')
    await susan.post('/settings/language', { language: 'es' })
    await susan.post('/settings/apps', { name: 'a <b>script</b>', scope: 'read', expiry: 'never' })
    const authorization = `Basic ${Buffer.from(`john:${password}`).toString('base64')}`
    await new ApiClient(site.app).post('/api/tokens', { name: 'shell' }, { authorization })
    await site.workJobs()
    const [susans, johns] = [await mailbox.next('susan@example.com'), await mailbox.next('john@example.com')]
    assert.match(susans.text, /a <b>script<\/b>.*Leer · no caduca/s)
    assert.match(susans.html, /a &lt;b&gt;script/)
    assert.match(johns.text, /shell.*Read and write · expires on/s)
    assert.equal(linksIn(johns.text)[0], 'https://social.example.org/settings/apps')
  })
})
