import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { engine } from '../database/engine.ts'
import { likes, posts } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { openSite, password, type Site } from '../testing/site.ts'

describe(`likes, on ${engine}`, () => {
  let site: Site
  let susan: Browser
  let id: number
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
    ;[id] = (await site.write('john', ['Tea at the harbour #tea'])) as [number]
  })
  after(() => site.close())

  /** The number beside the post, which is also that of the rows. */
  const countOf = async (post: number) => {
    const [row] = await site.app.db.select({ count: posts.likeCount }).from(posts).where(eq(posts.id, post))
    assert.equal(await site.app.db.$count(likes, eq(likes.postId, post)), row?.count, 'of the rows')
    return row?.count
  }
  const buttonOf = ({ page }: Answer, post = id) => page.querySelector(`#post-${post} [data-verb=like]`)

  it('are given and taken back, twice without harm, and lead back to the post in its list', async () => {
    const next = '/tags/tea?before=1999999999999-1'
    const before = buttonOf(await susan.get('/explore'))
    assert.equal(before?.getAttribute('formaction'), `/posts/${id}/like`)
    assert.equal(before?.getAttribute('aria-pressed'), 'false')
    for (let times = 0; times < 2; times++) {
      const answer = await susan.post(`/posts/${id}/like`, { next })
      assert.deepEqual([answer.status, answer.location], [303, `${next}#post-${id}`])
    }
    assert.equal(await countOf(id), 1)
    const liked = buttonOf(await susan.get('/explore'))
    assert.equal(liked?.getAttribute('aria-pressed'), 'true')
    assert.equal(liked?.getAttribute('formaction'), `/posts/${id}/like/delete`)
    assert.match(liked?.text ?? '', /Like\s*1 \(1 like\)/)
    const seen = buttonOf(await site.visitor().get(`/posts/${id}`))
    assert.equal(seen?.getAttribute('aria-pressed'), 'false', 'of a visitor')
    assert.match(seen?.text ?? '', /\(1 like\)/)
    for (let times = 0; times < 2; times++)
      assert.equal((await susan.post(`/posts/${id}/like/delete`)).location, `/posts/${id}#post-${id}`)
    assert.equal(await countOf(id), 0)
  })

  it('are sent by one form of the page, which knows its address', async () => {
    const { page } = await susan.get('/explore?before=1999999999999-1')
    assert.equal(
      page.querySelector('form#verb [name=next]')?.getAttribute('value'),
      '/explore?before=1999999999999-1',
    )
    assert.equal(page.querySelector('#verb')?.getAttribute('action'), undefined)
  })

  it('answer a script with the button as it is now, and with a problem in JSON', async () => {
    const script = { accept: 'application/json' }
    const answer = await susan.post(`/posts/${id}/like`, { next: '/', fragment: '' }, script)
    assert.equal(answer.status, 200)
    assert.match(answer.text.trim(), /^<button [^>]*aria-pressed="true"[^]*<\/button>$/)
    await susan.post(`/posts/${id}/like/delete`)
    const missing = await susan.post('/posts/999/like', { fragment: '' }, script)
    assert.deepEqual([missing.status, missing.json()['status']], [404, 404])
  })

  it('do not send anybody to another site', async () => {
    const answer = await susan.post(`/posts/${id}/like/delete`, { next: '//evil.example' })
    assert.equal(answer.location, `/#post-${id}`)
  })

  it('of a visitor are given once they sign in, back at the post', async () => {
    const visitor = site.visitor()
    const asked = await visitor.post(`/posts/${id}/like`, { next: '/explore?before=1999999999999-1' })
    assert.equal(asked.status, 401)
    assert.equal(asked.page.querySelector('.lead')?.text, 'Sign in to like this post.')
    const press = asked.page.querySelector('[name=press]')?.getAttribute('value') as string
    const next = asked.page.querySelector('[name=next]')?.getAttribute('value') as string
    const signedIn = await visitor.post('/sign-in', { identifier: 'mary', password, press, next })
    assert.equal(signedIn.location, `/explore?before=1999999999999-1#post-${id}`)
    assert.equal(await countOf(id), 1)
    assert.equal(buttonOf(await visitor.get(`/posts/${id}`))?.getAttribute('aria-pressed'), 'true')
  })
})
