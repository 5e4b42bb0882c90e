import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { engine } from '../database/engine.ts'
import { bookmarks } from '../database/schema.ts'
import { programOf } from '../testing/api.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { eventually } from '../testing/eventually.ts'
import { openSite, password, type Site } from '../testing/site.ts'

describe(`bookmarks, on ${engine}`, () => {
  let site: Site
  let susan: Browser
  let ids: number[]
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
    ids = await site.write(
      'john',
      Array.from({ length: 27 }, (_, n) => `kept ${n}`),
    )
  })
  after(() => site.close())
  const shown = ({ page }: Answer) =>
    page.querySelectorAll('main article').map(({ id }) => Number(id.slice(5)))

  it('say what will be there', async () => {
    const { page } = await susan.get('/bookmarks')
    assert.match(page.querySelector('.empty')?.text ?? '', /Posts you bookmark will appear here/)
    assert.ok(page.querySelector('header a[href="/bookmarks"][aria-current=page]'))
    assert.ok((await susan.get('/@susan')).page.querySelector('.menu a[href="/bookmarks"]'), 'on phones')
  })

  it('are set and removed, twice without harm, and lead back to the post in its list', async () => {
    const [id = 0] = ids
    const next = '/@john?before=1999999999999-1'
    for (const path of ['bookmark', 'bookmark', 'bookmark/delete', 'bookmark/delete', 'bookmark']) {
      const answer = await susan.post(`/posts/${id}/${path}`, { next })
      assert.deepEqual([answer.status, answer.location], [303, `${next}#post-${id}`])
      const button = (await susan.get(`/posts/${id}`)).page.querySelector('[data-verb=bookmark]')
      assert.equal(button?.getAttribute('aria-pressed'), String(path === 'bookmark'))
    }
    const script = { accept: 'application/json' }
    const answer = await susan.post(`/posts/${id}/bookmark/delete`, { fragment: '' }, script)
    assert.match(answer.text.trim(), /^<button [^>]*aria-pressed="false"[^]*<\/button>$/)
    assert.equal((await susan.post('/posts/999999/bookmark')).status, 404)
  })

  it('are listed by when they were set, and nobody else sees them', async () => {
    for (const id of ids.toReversed()) {
      await susan.post(`/posts/${id}/bookmark`)
      // Those of one millisecond are listed by post.
      const now = Date.now()
      await eventually(async () => Date.now() > now)
    }
    const first = await susan.get('/bookmarks')
    const older = first.page.querySelector('main a[rel=next]')?.getAttribute('href') ?? ''
    assert.deepEqual([...shown(first), ...shown(await susan.get(older))], ids)
    const back = (await susan.get(older)).page.querySelector('main a[rel=prev]')?.getAttribute('href') ?? ''
    assert.deepEqual(shown(await susan.get(back)), shown(first))
    assert.equal((await susan.get('/bookmarks?before=1-1')).location, '/bookmarks')
    assert.equal((await susan.get('/bookmarks?before=x')).status, 400)
    const john = await site.signedIn('john')
    assert.deepEqual(shown(await john.get('/bookmarks')), [])
    const told = (await john.get('/notifications')).page.querySelector('main')?.text ?? ''
    assert.match(told, /No notifications yet/)
    const program = await programOf(site, 'susan')
    const { items } = (await program.get('/api/bookmarks?limit=3')).json
    assert.deepEqual(
      items.map((post: { id: number; bookmarked: boolean }) => [post.id, post.bookmarked]),
      ids.slice(0, 3).map(id => [id, true]),
    )
    assert.deepEqual((await (await programOf(site, 'john')).get('/api/bookmarks')).json.items, [])
  })

  it('of posts that one does not see any more are not shown, and come back', async () => {
    const john = await site.signedIn('john')
    await john.post('/@susan/block')
    assert.deepEqual(shown(await susan.get('/bookmarks')), [])
    await john.post('/@susan/block/delete')
    assert.equal(shown(await susan.get('/bookmarks')).length, 25)
    await john.post(`/posts/${ids[0]}/delete`)
    assert.equal(shown(await susan.get('/bookmarks'))[0], ids[1])
    assert.equal(await site.app.db.$count(bookmarks), ids.length - 1)
  })

  it('of a visitor are set once they sign in', async () => {
    const visitor = site.visitor()
    const asked = await visitor.post(`/posts/${ids[1]}/bookmark`, { next: '/explore' })
    assert.equal(asked.page.querySelector('.lead')?.text, 'Sign in to bookmark this post.')
    const press = asked.page.querySelector('[name=press]')?.getAttribute('value') as string
    await visitor.post('/sign-in', { identifier: 'mary', password, press, next: '/explore' })
    assert.deepEqual(shown(await visitor.get('/bookmarks')), [ids[1]])
  })
})
