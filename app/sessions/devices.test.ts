import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sessions } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import type { Browser } from '../testing/browser.ts'
import { type Name, openSite, password, type Site } from '../testing/site.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1'
const list = '/settings/sessions'

describe('the list of sessions', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())
  const signIn = async (identifier: Name, userAgent: string): Promise<Browser> => {
    const browser = site.visitor()
    await browser.post('/sign-in', { identifier, password }, { 'user-agent': userAgent })
    return browser
  }
  const devicesOf = async (browser: Browser) =>
    (await browser.get(list)).page
      .querySelectorAll('.rows li')
      .map(({ text }) => text.replaceAll(/\s+/g, ' '))
  const isSignedIn = async (browser: Browser) => (await browser.get('/posts/new')).status === 200
  const idsOf = async (name: Name) =>
    (await site.app.db.select().from(sessions).where(eq(sessions.userId, site.ids[name]))).map(({ id }) => id)

  it('shows the last used first and marks the current one', async () => {
    await signIn('susan', 'curl/8')
    const old = await signIn('susan', phone)
    await site.app.db.transaction(async tx => {
      await tx
        .update(sessions)
        .set({ lastUsedAt: new Date(Date.now() - 3 * 3_600_000) })
        .where(eq(sessions.label, 'Safari · iPhone'))
    })
    const here = await signIn('susan', firefox)
    await signIn('john', firefox)
    const devices = await devicesOf(here)
    assert.equal(devices.length, 3)
    assert.match(String(devices[0]), /Firefox · Linux Last used now Signed in on .* This device/)
    assert.match(String(devices[1]), /Unknown device .* Sign out/)
    assert.match(String(devices[2]), /Safari · iPhone Last used 3\s?h.* Sign out/)
    assert.ok(await isSignedIn(old))
  })

  it('ends sessions one by one', async () => {
    const [here, there] = [await signIn('david', firefox), await signIn('david', phone)]
    const { page } = await here.get(list)
    const action = String(page.querySelector('.rows form')?.getAttribute('action'))
    const answer = await here.post(action)
    assert.equal(answer.location, list)
    assert.match((await here.follow(answer)).text, /That device is signed out/)
    assert.equal(await isSignedIn(there), false)
    assert.ok(await isSignedIn(here))
    assert.equal((await here.post(action)).status, 404, 'a second time there is nothing to end')
    assert.equal((await here.get(list)).page.querySelector('.rows form'), null)
  })

  it('ends the current one, which is signing out', async () => {
    const here = await signIn('david', firefox)
    const id = (await idsOf('david')).at(-1)
    assert.equal((await here.post(`${list}/${id}/delete`)).location, '/')
    assert.equal(await isSignedIn(here), false)
  })

  it('ends all others at once', async () => {
    const others = [await signIn('mary', phone), await signIn('mary', 'curl/8')]
    const here = await signIn('mary', firefox)
    const john = await signIn('john', firefox)
    const answer = await here.post(`${list}/delete`)
    assert.match((await here.follow(answer)).text, /2 other devices are signed out/)
    for (const other of others) assert.equal(await isSignedIn(other), false)
    assert.ok((await isSignedIn(here)) && (await isSignedIn(john)))
  })

  it('is only for its owner', async () => {
    const john = await signIn('john', firefox)
    const [susans] = await idsOf('susan')
    assert.equal((await john.post(`${list}/${susans}/delete`)).status, 404)
    assert.ok((await idsOf('susan')).includes(Number(susans)))
    for (const id of ['0', 'x', '9'.repeat(17), '-1'])
      assert.equal((await john.post(`${list}/${id}/delete`)).status, 404)
    const visitor = site.visitor()
    assert.equal((await visitor.get(list)).location, `/sign-in?next=${encodeURIComponent(list)}`)
    for (const path of [`${list}/${susans}/delete`, `${list}/delete`]) {
      const answer = await visitor.post(path)
      assert.equal(answer.status, 401)
      assert.equal(answer.page.querySelector('input[name=next]')?.getAttribute('value'), list)
      assert.equal((await john.post(path, {}, { 'sec-fetch-site': 'cross-site' })).status, 403)
    }
  })

  it('needs one statement besides the session’s', async () => {
    const here = await signIn('john', firefox)
    site.statements.length = 0
    await here.get(list)
    assert.ok(site.statements.length <= 2, site.statements.join('\n'))
  })
})
