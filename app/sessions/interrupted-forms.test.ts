import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { engine } from '../database/engine.ts'
import { blocks, follows, interruptedForms, posts } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { openSite, password, type Site } from '../testing/site.ts'
import { formLifetimeMs } from './interrupted-queries.ts'

/** What a proxy with its default buffers passes on. */
const maxHeaderBytes = 4_000

/** Sends the sign-in or sign-up form of a page as it is, with these fields filled in. */
function submit(browser: Browser, { page }: Answer, fields: Record<string, string>): Promise<Answer> {
  const form = page.querySelector('main form')
  const inputs = form?.querySelectorAll('input[type=hidden]') ?? []
  const hidden = inputs.map(input => [input.getAttribute('name'), input.getAttribute('value')])
  return browser.post(String(form?.getAttribute('action')), { ...Object.fromEntries(hidden), ...fields })
}

const susan = { identifier: 'susan', password }
let newcomers = 0
const newcomer = () => {
  const username = `newcomer_${++newcomers}`
  return { username, email: `${username}@example.com`, password }
}

const headerBytes = ({ headers }: Answer) => JSON.stringify(headers).length
/** The text as the form's field shows it. */
const typed = ({ page }: Answer) => page.querySelector('textarea[name=body]')?.textContent.replace(/^\n/, '')

describe(`a form that was sent without a session, on ${engine}`, () => {
  let site: Site
  before(async () => {
    site = await openSite({ POST_MAX_LENGTH: '1000' })
    await (await site.signedIn('john')).post('/settings/profile', { displayName: 'Wilf' })
  })
  after(() => site.close())

  const isFollowed = async (username: string) => {
    const { db } = site.app
    const followers = await db.query.users.findFirst({ where: { username }, with: { following: true } })
    return followers?.following.some(({ username }) => username === 'john')
  }

  for (const path of ['/posts/1/replies/new', '/posts/1/replies'])
    it(`is asked to sign in to reply by ${path}`, async () => {
      const visitor = site.visitor()
      const asked = path.endsWith('new')
        ? await visitor.follow(await visitor.get(path))
        : await visitor.post(path, { body: 'Hello' })
      assert.equal(asked.page.querySelector('.lead')?.text, 'Sign in to reply.')
    })

  for (const page of ['/@john', '/@john/followers?before=1-2']) {
    it(`follows when its sender signs in, and returns to ${page}`, async () => {
      const visitor = site.visitor()
      const asked = await visitor.post('/@john/follow', { next: page })
      assert.equal(asked.status, 401)
      assert.match(asked.page.querySelector('.lead')?.text ?? '', /^Sign in to follow .?Wilf.?\.$/)
      assert.ok(asked.page.querySelector('main a[href^="/sign-up?"]'), 'one can sign up instead')
      const wrong = await submit(visitor, asked, { ...susan, password: 'wrong' })
      assert.match(wrong.page.querySelector('.lead')?.text ?? '', /Wilf/)
      const signedIn = await submit(visitor, wrong, susan)
      assert.equal(signedIn.status, 303)
      assert.equal(signedIn.location, page)
      assert.match((await visitor.get('/@john')).text, /You now follow .?Wilf/)
      assert.ok(await isFollowed('susan'))
      await visitor.post('/@john/follow/delete')
    })
  }

  it('follows when its sender signs up, by whichever link', async () => {
    const visitor = site.visitor()
    await visitor.post('/@john/follow', { next: '/explore' })
    const form = await visitor.get('/sign-up')
    const [bad, good] = [newcomer(), newcomer()]
    const refused = await submit(visitor, form, { ...bad, password: 'x' })
    assert.equal(refused.status, 422)
    assert.equal((await submit(visitor, refused, good)).location, '/explore')
    assert.ok(await isFollowed(good.username))
  })

  it('is named only where it was sent from, whatever a link says', async () => {
    const [pressed, other] = [site.visitor(), site.visitor()]
    await pressed.post('/@john/follow', { next: '/explore' })
    const leadOf = ({ page }: Answer) => page.querySelector('.lead')?.text ?? ''
    const link = (press: string) => `/sign-in?next=/&press=${encodeURIComponent(press)}`
    assert.match(leadOf(await pressed.get(link('/@john/follow'))), /Sign in to follow .?Wilf/)
    for (const [browser, press] of [
      [pressed, '/@john/block'],
      [other, '/@john/follow'],
      [other, '/@john/block'],
      [other, '/@susan/anything'],
    ] as const) {
      const { page } = await browser.get(link(press))
      assert.doesNotMatch(page.querySelector('main')?.text ?? '', /Wilf|Sign in to/)
      assert.equal(page.querySelector('[name=press]'), null)
      const refused = await browser.post('/sign-in', { ...susan, password: 'wrong', next: '/', press })
      assert.doesNotMatch(refused.page.querySelector('main')?.text ?? '', /Wilf/)
    }
  })

  it('presses any button on a person or a post again', async () => {
    const { db } = site.app
    const [id = 0] = await site.write('susan', ['to be deleted'])
    const signedIn = await site.signedIn('susan')
    await signedIn.post('/@john/follow')
    const press = async (path: string) => {
      const visitor = site.visitor()
      return submit(visitor, await visitor.post(path), susan)
    }
    await press('/@john/follow/delete')
    assert.equal(await db.$count(follows, eq(follows.followerId, site.ids.susan)), 0)
    await press('/@mary/block')
    assert.equal(await db.$count(blocks, eq(blocks.blockerId, site.ids.susan)), 1)
    assert.equal((await press(`/posts/${id}/delete`)).location, '/')
    assert.equal(await db.$count(posts, eq(posts.id, id)), 0)
    const refused = await press('/@susan/follow')
    assert.equal(refused.status, 422)
    assert.match(refused.text, /You can’t follow yourself/)
  })

  const words = {
    '140 flags': '🇪🇸'.repeat(140),
    '1,000 flags': '🇺🇾'.repeat(1_000),
    'far too much': 'ñandú & "ocelote" 100 %\n'.repeat(800),
    'two lines': '  First line\n\n<b>second</b>',
  }
  for (const [name, body] of Object.entries(words)) {
    it(`brings words back through small headers: ${name}`, async () => {
      const [id = 0] = await site.write('susan', ['before'])
      for (const [path, back] of [
        ['/posts', '/posts/new'],
        [`/posts/${id}`, `/posts/${id}/edit`],
        ['/messages/@david', '/messages/@david'],
      ] as const) {
        const visitor = site.visitor()
        const asked = await visitor.post(path, { body, language: 'es' })
        const answer = await submit(visitor, asked, susan)
        for (const each of [asked, answer]) assert.ok(headerBytes(each) < maxHeaderBytes, path)
        assert.equal(answer.location?.split('?')[0], back)
        for (const _ of ['shown', 'loaded again'])
          assert.equal(typed(await visitor.follow(answer)), body, path)
        assert.notEqual(typed(await visitor.get(back)), body, 'only there')
      }
    })
  }

  it('brings the words of a profile back, too', async () => {
    const visitor = site.visitor()
    const asked = await visitor.post('/settings/profile', { displayName: 'Susana', about: '🇪🇸'.repeat(140) })
    const answer = await submit(visitor, asked, susan)
    const { page } = await visitor.follow(answer)
    assert.equal(page.querySelector('#about')?.text.trim(), '🇪🇸'.repeat(140))
    assert.equal(page.querySelector('#displayName')?.getAttribute('value'), 'Susana')
  })

  it('is kept whatever its fields are called', async () => {
    assert.equal((await site.visitor().post('/posts', { 'a\0b': 'x', body: 'Tea' })).status, 401)
    const kept = await site.app.db.select().from(interruptedForms)
    assert.doesNotMatch(JSON.stringify(kept), /\\u0000/)
  })

  it('is not kept at an address that is too long for a person or a post', async () => {
    const [name, number] = ['a'.repeat(250), '1'.repeat(250)]
    const paths = [`/@${name}/follow`, `/messages/@${name}`, `/posts/${number}`, `/posts/${number}/delete`]
    for (const path of [...paths, `/@susan/${name}`]) {
      const { status } = await site.visitor().post(path, { body: 'Tea' })
      assert.ok(status === 401 || status === 404, `${path}: ${status}`)
    }
    const longest = `/@${'a'.repeat(64)}/follow`
    const before = await site.app.db.$count(interruptedForms)
    await site.visitor().post(longest)
    assert.equal(await site.app.db.$count(interruptedForms), before + 1)
  })

  it('brings the words of a form with files back', async () => {
    const visitor = site.visitor()
    const asked = await visitor.upload('/posts', [{ data: Buffer.alloc(100_000, 'tea') }], {
      body: 'Words ñ',
    })
    assert.equal(asked.status, 401)
    const answer = await submit(visitor, asked, susan)
    assert.equal(typed(await visitor.follow(answer)), 'Words ñ')
  })

  it('brings words along through signing up', async () => {
    const visitor = site.visitor()
    await visitor.post('/posts', { body: '🇪🇸🇪🇸', language: 'es' })
    const answer = await submit(visitor, await visitor.get('/sign-up'), newcomer())
    const { page } = await visitor.follow(answer)
    assert.equal(page.querySelector('textarea')?.text.trim(), '🇪🇸🇪🇸')
    assert.equal(page.querySelector('[name=language] option[selected]')?.getAttribute('value'), 'es')
  })

  it('leaves no long query in a header, either', async () => {
    const visitor = site.visitor()
    assert.equal((await visitor.get('/posts/new?a=b')).location, '/sign-in?next=%2Fposts%2Fnew%3Fa%3Db')
    const long = await visitor.get(`/posts/new?body=${encodeURIComponent('🇪🇸'.repeat(140))}`)
    assert.equal(long.location, '/sign-in?next=%2Fposts%2Fnew')
  })

  it('is not resumed by a link, from another page, or in another browser', async () => {
    const signIn = async (browser: Browser, page: Answer) => {
      await submit(browser, page, { identifier: 'mary', password })
      return isFollowed('mary')
    }
    const linked = site.visitor()
    const link = '/sign-in?next=/@john&press=/@john/follow'
    assert.ok(!(await signIn(linked, await linked.get(link))))
    const elsewhere = site.visitor()
    const cross = await elsewhere.post('/@john/follow', {}, { 'sec-fetch-site': 'cross-site' })
    assert.equal(cross.status, 403)
    assert.ok(!(await signIn(elsewhere, await elsewhere.get('/sign-in'))))
    const another = site.visitor()
    assert.ok(!(await signIn(another, await site.visitor().post('/@john/follow'))))
    const undecided = site.visitor()
    await undecided.post('/@john/follow')
    assert.ok(!(await signIn(undecided, await undecided.get('/sign-in?next=/'))))
  })

  it('is resumed once, within an hour, and forgotten at sign-out', async () => {
    const { db } = site.app
    const visitor = site.visitor()
    const asked = await visitor.post('/@john/follow')
    const first = new Map(visitor.cookies)
    await submit(visitor, asked, { identifier: 'mary', password })
    await visitor.post('/@john/follow/delete')
    for (const [name, value] of first) visitor.cookies.set(name, value)
    await submit(visitor, asked, { identifier: 'mary', password })
    assert.ok(!(await isFollowed('mary')))

    const late = site.visitor()
    const page = await late.post('/@john/follow')
    const createdAt = new Date(Date.now() - formLifetimeMs - 1)
    await db.transaction(tx => tx.update(interruptedForms).set({ createdAt }))
    await submit(late, page, { identifier: 'mary', password })
    assert.ok(!(await isFollowed('mary')))

    const left = site.visitor()
    await submit(left, await left.post('/posts', { body: 'private' }), susan)
    await left.post('/sign-out')
    assert.ok(!left.cookies.has('interrupted'))
  })

  it('carries no password, and no network keeps many', async () => {
    const limited = await openSite({ RATE_LIMITS: 'on' })
    try {
      const { db } = limited.app
      const visitor = limited.visitor()
      await visitor.post('/settings/account/password', { current_password: password, password: 'new' })
      assert.equal(await db.$count(interruptedForms), 0)
      const statuses = new Set<number>()
      for (let n = 0; n < 31; n++) statuses.add((await visitor.post('/posts', { body: 'again' })).status)
      assert.deepEqual([...statuses], [401, 429])
      assert.equal(await db.$count(interruptedForms), 30)
    } finally {
      await limited.close()
    }
  })
})
