import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { block } from '../blocks/queries.ts'
import { posts, postVersions } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { editPost } from '../posts/queries.ts'
import { programOf } from '../testing/api.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { openSite, type Site } from '../testing/site.ts'

describe('the versions of a post', () => {
  let site: Site
  let susan: Browser
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
  })
  after(() => site.close())

  async function write(body: string): Promise<number> {
    const [id] = await site.write('susan', [body])
    return id as number
  }

  const shown = ({ page }: Answer) =>
    page
      .querySelectorAll('.version')
      .map(version => [version.querySelector('h2')?.text, version.querySelector('.content')?.text])
  const count = (id: number) => site.app.db.$count(postVersions, eq(postVersions.postId, id))

  it('stand behind “edited”, newest first, with their times, words and warnings', async () => {
    const id = await write('Tea at five')
    await susan.post(`/posts/${id}`, { body: 'Tea at six #tea', contentWarning: 'Hot' })
    await susan.post(`/posts/${id}`, { body: 'Tea at seven' })
    const visitor = site.visitor()
    for (const path of [`/posts/${id}`, '/@susan']) {
      const link = (await visitor.get(path)).page.querySelector(`#post-${id} a[href="/posts/${id}/versions"]`)
      assert.match(link?.text ?? '', /^edited/i, path)
    }
    const history = await visitor.get(`/posts/${id}/versions`)
    assert.deepEqual(shown(history), [
      ['Now', 'Tea at seven'],
      ['Earlier', 'Tea at six #tea'],
      ['As first posted', 'Tea at five'],
    ])
    assert.equal(history.page.querySelector('.version summary')?.text.trim(), 'Hot')
    const { items } = (await (await programOf(site, 'john')).get(`/api/posts/${id}/versions`)).json
    const post = await site.app.db.select().from(posts).where(eq(posts.id, id))
    assert.deepEqual(
      items.map(({ body, contentWarning }: never) => [body, contentWarning]),
      [
        ['Tea at six #tea', 'Hot'],
        ['Tea at five', null],
      ],
    )
    assert.equal(items[1].createdAt, post[0]?.createdAt.toISOString())
    assert.deepEqual(
      items[0].entities.map(({ kind }: never) => kind),
      ['tag'],
    )
  })

  it('are kept where readers see something else, and not of another language or audience', async () => {
    const id = await write('Tea')
    const sameWords: Record<string, string>[] = [{ language: 'es' }, { repliesFrom: 'nobody' }, {}]
    for (const form of sameWords.map(choice => ({ body: ' Tea ', ...choice })))
      await susan.post(`/posts/${id}`, form)
    assert.equal(await count(id), 0)
    const visitor = site.visitor()
    const { page } = await visitor.get(`/posts/${id}/versions`)
    assert.ok(page.querySelector('main')?.text.includes('This post hasn’t been edited.'))
    await susan.post(`/posts/${id}`, { body: 'Tea', contentWarning: 'Hot' })
    assert.equal(await count(id), 1, 'a warning is part of what readers see')
    await site.app.db.transaction(tx => {
      tx.invalidates(`post:${id}`)
      return tx.delete(postVersions)
    })
    const old = (await visitor.get(`/posts/${id}/versions`)).page.querySelector('main')?.text
    assert.ok(
      old?.includes('Earlier versions of this post weren’t kept.'),
      'as of posts that older code edited',
    )
  })

  it('are not found by a search or a hashtag, and name nobody', async () => {
    const id = await write('Zanzibar #clove with @john')
    await susan.post(`/posts/${id}`, { body: 'Nothing of it' })
    const visitor = site.visitor()
    for (const path of ['/search?q=zanzibar', '/tags/clove', '/search?q=from:susan+zanzibar'])
      assert.equal((await visitor.get(path)).page.querySelector('article'), null, path)
    const links = (await visitor.get(`/posts/${id}/versions`)).page.querySelectorAll('.version .content a')
    assert.deepEqual(
      links.map(link => link.getAttribute('href')),
      ['/tags/clove'],
      'a name may become another person’s',
    )
  })

  it('are seen by those who see the post, and go with it', async () => {
    const id = await write('Secret plans')
    await susan.post(`/posts/${id}`, { body: 'Open plans' })
    const [mary, program] = [await site.signedIn('mary'), await programOf(site, 'mary')]
    assert.equal((await mary.get(`/posts/${id}/versions`)).status, 200)
    await site.app.db.transaction(tx => block(tx, site.ids.susan, site.ids.mary))
    for (const answer of [
      await mary.get(`/posts/${id}/versions`),
      await program.get(`/api/posts/${id}/versions`),
    ]) {
      assert.equal(answer.status, 404)
      assert.ok(!answer.text.includes('Secret'))
    }
    await susan.post(`/posts/${id}/delete`)
    assert.equal((await site.visitor().get(`/posts/${id}/versions`)).status, 404)
    assert.equal(await count(id), 0)
  })

  it('go on on further pages, what the post says now on the first alone', async () => {
    const id = await write('number 0')
    await site.app.db.transaction(async tx => {
      for (let n = 1; n <= 30; n++) {
        const edit = { id, userId: site.ids.susan, body: `number ${n}`, language: null }
        await editPost(tx, edit, new Date(Date.now() + n))
      }
    })
    const first = await susan.get(`/posts/${id}/versions`)
    const older = first.page.querySelector('[rel=next]')?.getAttribute('href') ?? ''
    const second = await susan.get(older)
    const all = [...shown(first), ...shown(second)].map(([, words]) => words)
    assert.deepEqual(
      all,
      Array.from({ length: 31 }, (_, n) => `number ${30 - n}`),
    )
    const back = second.page.querySelector('[rel=prev]')?.getAttribute('href') ?? ''
    assert.equal(shown(await susan.get(back))[0]?.[1], 'number 30')
    assert.equal((await susan.get(`/posts/${id}/versions?before=1-1`)).status, 303)
    assert.equal((await susan.get(`/posts/${id}/versions?before=x`)).status, 400)
  })
})
