import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { closeAccount } from '../accounts/closure-queries.ts'
import { block, unblock } from '../blocks/queries.ts'
import { engine } from '../database/engine.ts'
import { posts, reposts, users } from '../database/schema.ts'
import { eq, sql } from '../database/sql.ts'
import { follow, unfollow } from '../follows/queries.ts'
import { type ApiClient, programOf } from '../testing/api.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'

describe(`reposts, on ${engine}`, () => {
  let site: Site
  const browsers = {} as Record<'susan' | 'john' | 'mary', Browser>
  let program: ApiClient
  before(async () => {
    site = await openSite()
    for (const name of ['susan', 'john', 'mary'] as const) browsers[name] = await site.signedIn(name)
    program = await programOf(site, 'susan')
    await site.app.db.transaction(tx => follow(tx, site.ids.susan, site.ids.john))
  })
  afterEach(() => site.app.db.transaction(tx => tx.delete(posts)))
  after(() => site.close())

  const hourAgo = () => new Date(Date.now() - 3_600_000)
  const write = async (name: Name, body: string) => (await site.write(name, [body], hourAgo()))[0] as number
  const as = (name: keyof typeof browsers) => browsers[name]
  const repost = (name: keyof typeof browsers, id: number) => as(name).post(`/posts/${id}/repost`)
  const undo = (name: keyof typeof browsers, id: number) => as(name).post(`/posts/${id}/repost/delete`)
  /** The number beside the post, which is also that of the rows. */
  const countOf = async (id: number) => {
    const [row] = await site.app.db.select({ count: posts.repostCount }).from(posts).where(eq(posts.id, id))
    assert.equal(await site.app.db.$count(reposts, eq(reposts.postId, id)), row?.count ?? 0, 'of the rows')
    return row?.count
  }
  /** The words of the posts on a page, with the line above them. */
  const listed = ({ page }: Answer) =>
    page
      .querySelectorAll('main .timeline article')
      .map(article =>
        [article.querySelector('.why a'), article.querySelector('.content')]
          .flatMap(found => found?.text.trim() ?? [])
          .join(': '),
      )
  const at = async (name: keyof typeof browsers, path: string) => listed(await as(name).get(path))

  it('are made and undone from a menu, twice without harm, back at the post in its list', async () => {
    const id = await write('john', 'Tea?')
    const menu = async () =>
      (await as('susan').get('/explore')).page.querySelector(`#post-${id} [data-verb=repost]`)
    const before = await menu()
    assert.equal(before?.querySelector('button')?.getAttribute('formaction'), `/posts/${id}/repost`)
    assert.equal(before?.querySelector('a')?.getAttribute('href'), `/posts/new?quote=${id}`)
    for (let times = 0; times < 2; times++) {
      const answer = await as('susan').post(`/posts/${id}/repost`, { next: '/explore?before=1-1' })
      assert.deepEqual([answer.status, answer.location], [303, `/explore?before=1-1#post-${id}`])
    }
    assert.equal(await countOf(id), 1)
    const after = await menu()
    assert.equal(after?.querySelector('button')?.getAttribute('formaction'), `/posts/${id}/repost/delete`)
    assert.match(after?.querySelector('summary')?.text ?? '', /Reposted\s*1 \(1 repost\)/)
    const told = (await as('john').get('/notifications')).page.querySelector('main')?.text ?? ''
    assert.match(told, /susan.* reposted/)
    for (let times = 0; times < 2; times++)
      assert.equal((await undo('susan', id)).location, `/posts/${id}#post-${id}`)
    assert.equal(await countOf(id), 0)
    const script = { accept: 'application/json' }
    const answer = await as('susan').post(`/posts/${id}/repost`, { next: '/', fragment: '' }, script)
    assert.match(answer.text.trim(), /^<details [^>]*data-verb="repost"[^]*Undo repost[^]*<\/details>$/)
    assert.equal((await repost('susan', 999_999)).status, 404)
    assert.equal((await site.visitor().post(`/posts/${id}/repost`)).status, 401)
  })

  it('stand at Home and on the profile at their own time, each post once, and say who', async () => {
    const old = await write('mary', 'old')
    const own = await write('susan', 'own')
    await site.write('john', ['between'], new Date(Date.now() - 60_000))
    await repost('john', old)
    assert.deepEqual(await at('susan', '/'), ['john reposted: old', 'between', 'own'])
    assert.deepEqual(await at('susan', '/@john'), ['john reposted: old', 'between'])
    assert.deepEqual(await at('john', '/'), ['You reposted: old', 'between'])
    await repost('susan', old)
    await repost('susan', own)
    assert.deepEqual(await at('susan', '/'), ['You reposted: own', 'You reposted: old', 'between'])
    assert.deepEqual(await at('susan', '/@susan'), ['You reposted: own', 'You reposted: old'])
    assert.deepEqual(await at('mary', '/'), ['old'], 'not to people who follow neither')
    assert.deepEqual(await at('mary', '/explore'), ['between', 'own', 'old'])
    await undo('susan', old)
    assert.deepEqual(await at('susan', '/'), ['You reposted: own', 'john reposted: old', 'between'])
    const line = (await as('susan').get('/')).page.querySelector(`#post-${old} .why a`)
    assert.equal(line?.getAttribute('href'), '/@john')
    const feed = (await site.visitor().get('/@john/feed.atom')).text
    assert.match(feed, /between/)
    assert.doesNotMatch(feed, /old/, 'a feed has what its author wrote')
  })

  it('are news to a Home that is empty', async () => {
    const news = async () => (await as('susan').get('/live/posts?after=0-0')).page.querySelectorAll('article')
    assert.equal((await news()).length, 0)
    const id = await write('mary', 'first')
    assert.equal((await news()).length, 0)
    await repost('john', id)
    assert.deepEqual(
      (await news()).map(({ id }) => id),
      [`post-${id}`],
    )
  })

  it('stand in the API with who reposted, and when', async () => {
    const id = await write('mary', 'passed on')
    assert.equal((await program.put(`/api/posts/${id}/repost`)).status, 204)
    const { items } = (await program.get('/api/timelines/home')).json
    assert.deepEqual(
      [items[0].id, items[0].repostedBy, items[0].reposted, items[0].repostCount],
      [id, { id: site.ids.susan, username: 'susan', displayName: 'susan', avatar: null }, true, 1],
    )
    assert.ok(items[0].repostedAt > items[0].createdAt)
    const people = (await program.get(`/api/posts/${id}/reposts`)).json.items
    assert.deepEqual(
      people.map(({ username }: { username: string }) => username),
      ['susan'],
    )
    const page = await as('mary').get(`/posts/${id}/reposts`)
    assert.ok(page.page.querySelector('main .people a[href="/@susan"]'))
    assert.ok(
      (await as('mary').get(`/posts/${id}`)).page.querySelector(`.counts a[href="/posts/${id}/reposts"]`),
    )
    assert.equal((await program.delete(`/api/posts/${id}/repost`)).status, 204)
    assert.equal((await program.delete(`/api/posts/${id}/repost`)).status, 204)
    assert.equal(await countOf(id), 0)
    assert.equal((await program.put('/api/posts/999999/repost')).status, 404)
  })

  it('are hidden, of one person or all, and so are replies, by settings of Home', async () => {
    const id = await write('mary', 'passed on')
    await repost('john', id)
    await as('john').post(`/posts/${id}/replies`, { body: 'to a stranger' })
    const line = 'john reposted: passed on'
    const home = () => at('susan', '/')
    assert.deepEqual(await home(), [line])
    const menu = (await as('susan').get('/@john')).page.querySelector(
      '.menu [formaction="/@john/reposts/hide"]',
    )
    assert.match(menu?.text ?? '', /Hide reposts/)
    assert.equal((await as('susan').post('/@john/reposts/hide')).location, '/@john')
    assert.deepEqual(await home(), [])
    assert.equal((await program.get('/api/users/john')).json.viewerHidesReposts, true)
    assert.deepEqual(await at('susan', '/@john'), [line], 'their profile has them')
    assert.equal((await program.delete('/api/users/john/hidden-reposts')).status, 204)
    assert.deepEqual(await home(), [line])
    assert.equal((await as('susan').post('/@mary/reposts/hide')).status, 409, 'of people one follows')
    assert.equal((await program.put('/api/users/mary/hidden-reposts')).status, 409)
    assert.equal((await as('susan').post('/@nobody/reposts/hide')).status, 404)
    const saved = await as('susan').post('/settings/home', { reposts: 'hidden' })
    assert.equal(saved.location, '/settings/home')
    assert.deepEqual(await home(), [])
    await as('susan').post('/settings/home', { replies: 'all' })
    assert.deepEqual(await home(), ['Replying to mary: passed on: to a stranger'])
    const { page } = await as('susan').get('/settings/home')
    assert.deepEqual(
      page.querySelectorAll('[aria-pressed=true]').map(button => button.getAttribute('value')),
      ['all', 'hidden'],
    )
    for (const form of [{ replies: 'some' }, { reposts: '' }, {}] as Record<string, string>[])
      assert.equal((await as('susan').post('/settings/home', form)).status, 400)
    const changed = await program.patch('/api/me', { homeReplies: 'following', homeReposts: true })
    assert.deepEqual([changed.json.homeReplies, changed.json.homeReposts], ['following', true])
    assert.deepEqual(await home(), [line])
    assert.equal((await program.patch('/api/me', { homeReplies: 'some' })).status, 422)
  })

  it('show nothing of people in a block, of closed accounts, and of deleted posts', async () => {
    const id = await write('mary', 'passed on')
    await repost('john', id)
    const line = 'john reposted: passed on'
    const [susan, mary] = [site.ids.susan, site.ids.mary]
    const pages = async () => [await at('susan', '/'), await at('susan', '/@john')]
    assert.deepEqual(await pages(), [[line], [line]])
    for (const pair of [
      [susan, mary],
      [mary, susan],
    ] as [number, number][]) {
      await site.app.db.transaction(tx => block(tx, ...pair))
      assert.deepEqual(await pages(), [[], []])
      assert.equal((await repost('susan', id)).status, 404)
      await site.app.db.transaction(tx => unblock(tx, ...pair))
      assert.deepEqual(await pages(), [[line], [line]])
    }
    const closing = (name: 'mary' | 'john', closedAt: Date | null) =>
      site.app.db.transaction(async tx => {
        tx.invalidates('posts', `person:${site.ids[name]}`, `author:${site.ids[name]}`)
        await tx.update(users).set({ closedAt }).where(eq(users.id, site.ids[name]))
      })
    for (const name of ['mary', 'john'] as const) {
      await closing(name, new Date())
      assert.deepEqual(await at('susan', '/'), [], `without ${name}`)
      await closing(name, null)
    }
    assert.deepEqual(await pages(), [[line], [line]])
    await as('mary').post(`/posts/${id}/delete`)
    assert.deepEqual(await pages(), [[], []])
  })

  it('between two people are taken back by a block', async () => {
    const [hers, his] = [await write('susan', 'hers'), await write('john', 'his')]
    await repost('john', hers)
    await repost('susan', his)
    await site.app.db.transaction(tx => block(tx, site.ids.john, site.ids.susan))
    assert.deepEqual([await countOf(hers), await countOf(his)], [0, 0])
    await site.app.db.transaction(async tx => {
      await unblock(tx, site.ids.john, site.ids.susan)
      await follow(tx, site.ids.susan, site.ids.john)
    })
  })

  it('are counted right, however two hundred of one person and undoings of them come', async () => {
    const id = await write('mary', 'often')
    const presses = Array.from({ length: 200 }, (_, n) => (n % 2 ? undo('susan', id) : repost('susan', id)))
    const answers = await Promise.all(presses)
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [303])
    assert.ok([0, 1].includes((await countOf(id)) as number))
    await repost('susan', id)
    assert.equal(await countOf(id), 1)
  })

  it('come to nothing when the post is deleted, or its author closes, at the same moment', async () => {
    const id = await write('mary', 'going')
    const [answer, gone] = await Promise.all([repost('susan', id), as('mary').post(`/posts/${id}/delete`)])
    assert.ok([303, 404].includes(answer.status))
    assert.equal(gone.status, 303)
    assert.equal(await site.app.db.$count(reposts), 0)
    const [davids] = await site.write('david', ['closing'], hourAgo())
    const [last] = await Promise.all([
      repost('susan', davids as number),
      site.app.db.transaction(tx => closeAccount(tx, site.ids.david, new Date())),
    ])
    assert.ok([303, 404].includes(last.status))
    assert.deepEqual(await at('susan', '/'), [])
    await site.workJobs()
    assert.equal(await site.app.db.$count(reposts), 0)
    assert.equal(await site.app.db.$count(posts, sql`true`), 0)
  })

  it('are gone from Home with the follow', async () => {
    const id = await write('mary', 'once')
    await repost('john', id)
    await site.app.db.transaction(tx => unfollow(tx, site.ids.susan, site.ids.john))
    assert.deepEqual(await at('susan', '/'), [])
    await site.app.db.transaction(tx => follow(tx, site.ids.susan, site.ids.john))
    assert.deepEqual(await at('susan', '/'), ['john reposted: once'])
  })
})
