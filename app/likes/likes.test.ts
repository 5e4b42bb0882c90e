import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { engine } from '../database/engine.ts'
import { likes, posts, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { inTurn } from '../database/turns.ts'
import type { Viewer } from '../people/viewer.ts'
import { addCounted } from '../posts/counted.ts'
import type { CountingRequest } from '../posts/counting.ts'
import { programOf } from '../testing/api.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { eventually } from '../testing/eventually.ts'
import { openSite, password, type Site } from '../testing/site.ts'
import { likePost, likingLimit } from './liking.ts'

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

  const addPeople = async (count: number, name: string) => {
    const people = Array.from({ length: count }, (_, n) => ({ username: `${name}${n}` }))
    const made = await site.app.db.transaction(tx =>
      tx
        .insert(users)
        .values(
          people.map(({ username }) => ({
            username,
            usernameKey: username,
            displayName: username,
            email: `${username}@example.com`,
            emailKey: `${username}@example.com`,
            passwordHash: '-',
          })),
        )
        .returning({ id: users.id }),
    )
    return made.map(({ id }) => id)
  }
  const like = (userId: number, post: number) => {
    const viewer = { id: userId, role: 'member' } as Viewer
    return likePost({ server: site.app, params: { id: post }, viewer } as CountingRequest)
  }

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

  it('tell the author once, and no more when they are taken back', async () => {
    const john = await site.signedIn('john')
    const [told = 0] = await site.write('john', ['Well?'])
    const saysSo = async () =>
      /liked your post/.test((await john.get('/notifications')).page.querySelector('main')?.text ?? '')
    assert.equal(await saysSo(), true, 'of mary’s like, from before')
    const mary = await site.signedIn('mary')
    await mary.post(`/posts/${id}/like/delete`)
    assert.equal(await saysSo(), false)
    for (let times = 0; times < 2; times++) await susan.post(`/posts/${told}/like`)
    assert.equal(await saysSo(), true)
    await susan.post(`/posts/${told}/like/delete`)
    assert.equal(await saysSo(), false)
    await john.post(`/posts/${told}/like`)
    assert.equal(await saysSo(), false, 'of their own')
  })

  it('invalidate the post, which its author’s badge follows, and nothing else', async () => {
    const heard: string[] = []
    const stop = site.app.db.listen(tags => void heard.push(...[...tags].toSorted()))
    const shown = [`post:${id}`, `viewer:${site.ids.john}`]
    for (const [path, expected] of [
      ['like', shown],
      ['like', [`post:${id}`]],
      ['like/delete', shown],
      ['like/delete', [`post:${id}`]],
      ['bookmark', [`viewer:${site.ids.susan}`]],
      ['bookmark/delete', [`viewer:${site.ids.susan}`]],
    ] as const) {
      heard.length = 0
      await susan.post(`/posts/${id}/${path}`)
      assert.deepEqual(heard, expected, path)
    }
    stop()
  })

  it('make only the cached pages with the post be made again', async () => {
    await site.write('mary', ['Elsewhere #coffee'])
    const visitor = site.visitor()
    const asked = async (path: string) => {
      site.statements.length = 0
      await visitor.get(path)
      return site.statements.length
    }
    const pages = ['/tags/tea', `/posts/${id}`, `/posts/${id}/likes`]
    // Caching starts when the process is listening.
    await eventually(async () => {
      for (const page of [...pages, '/tags/coffee']) await asked(page)
      return (await asked('/tags/coffee')) === 0
    })
    await susan.post(`/posts/${id}/like`)
    assert.equal(await asked('/tags/coffee'), 0)
    for (const page of pages) assert.ok((await asked(page)) > 0, page)
    await susan.post(`/posts/${id}/like/delete`)
  })

  it('are listed as publicly as the post, with what the viewer can do about each person', async () => {
    const [post = 0] = await site.write('john', ['Who likes <b>this</b>?'])
    const people = await addPeople(30, 'liker')
    for (const person of people) await like(person, post)
    await susan.post(`/posts/${post}/like`)
    const mary = await site.signedIn('mary')
    const first = await mary.get(`/posts/${post}/likes`)
    assert.equal(first.page.querySelector('h1')?.text, 'People who like this post')
    const way = first.page.querySelector('main .about-post a')
    assert.equal(way?.getAttribute('href'), `/posts/${post}`)
    assert.match(way?.text ?? '', /john.*Who likes <b>this<\/b>\?/s)
    const names = ({ text }: Answer) =>
      [...text.matchAll(/<small dir="ltr">@(\w+)<\/small>/g)].map(([, name]) => name)
    assert.equal(names(first)[0], 'susan', 'the newest first')
    assert.ok(first.page.querySelector('main form[action="/@susan/follow"]'))
    const second = await mary.get(String(first.page.querySelector('main a[rel=next]')?.getAttribute('href')))
    const all = [...names(first), ...names(second)].filter(name => name !== 'john')
    assert.deepEqual([all.length, new Set(all).size], [31, 31])
    const visitor = await site.visitor().get(`/posts/${post}/likes`)
    assert.equal(visitor.page.querySelector('main form[action$="/follow"]'), null)
    await mary.post('/@susan/block')
    assert.ok(!names(await mary.get(`/posts/${post}/likes`)).includes('susan'))
    await mary.post('/@susan/block/delete')
    const john = await site.signedIn('john')
    await john.post('/@mary/block')
    assert.equal((await mary.get(`/posts/${post}/likes`)).status, 404, 'as the post itself')
    await john.post('/@mary/block/delete')
    assert.equal((await susan.get(`/posts/${post}/likes?before=1-1`)).location, `/posts/${post}/likes`)
    for (const [path, status] of Object.entries({
      '999999/likes': 404,
      'x/likes': 404,
      [`${post}/likes?before=x`]: 400,
    }))
      assert.equal((await susan.get(`/posts/${path}`)).status, status, path)
  })

  it('of one’s own are a tab of one’s profile, newest like first, and of nobody else’s', async () => {
    const mary = await site.signedIn('mary')
    const ids = await site.write(
      'john',
      Array.from({ length: 27 }, (_, n) => `liked ${n}`),
    )
    for (const post of ids.toReversed()) await mary.post(`/posts/${post}/like`)
    const first = await mary.get('/@mary/likes')
    assert.equal(first.page.querySelector('.tabs [aria-current]')?.text, 'Likes')
    const shown = ({ page }: Answer) => page.querySelectorAll('article').map(({ id }) => Number(id.slice(5)))
    const older = first.page.querySelector('main a[rel=next]')?.getAttribute('href') ?? ''
    assert.match(older, /^\/@mary\/likes\?before=/)
    assert.deepEqual([...shown(first), ...shown(await mary.get(older))], ids)
    await mary.post(`/posts/${ids[0]}/like/delete`)
    assert.equal(shown(await mary.get('/@mary/likes'))[0], ids[1])
    assert.equal((await susan.get('/@mary/likes')).location, '/@mary')
    assert.match(String((await site.visitor().get('/@mary/likes')).location), /^\/sign-in/)
    assert.equal((await susan.get('/@mary')).page.querySelector('.tabs a[href$="/likes"]'), null)
    const program = await programOf(site, 'mary')
    const { items, links } = (await program.get('/api/likes?limit=2')).json
    assert.deepEqual(
      items.map((post: { id: number }) => post.id),
      ids.slice(1, 3),
    )
    assert.ok(items[0].liked && links.next)
  })

  it('are as many as people gave at once', async () => {
    const [crowded = 0] = await site.write('john', ['Everybody likes it'])
    const fans = await addPeople(500, 'fan')
    const { db } = site.app
    await Promise.all(
      fans.map(userId =>
        inTurn(db, `post:${crowded}`, tx => addCounted(tx, 'likes', { userId, postId: crowded })),
      ),
    )
    assert.equal(await countOf(crowded), 500)
    assert.match((await susan.get(`/posts/${crowded}`)).text, /<b>500<\/b> likes/)
  })

  it('count once or not at all, however often one person likes and unlikes at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => susan.post(`/posts/${id}/like${n % 2 ? '/delete' : ''}`)),
    )
    assert.ok(answers.every(({ status }) => status === 303))
    await countOf(id)
  })

  it('of a post that is being deleted find it or do not', async () => {
    const john = await site.signedIn('john')
    const mary = await site.signedIn('mary')
    const ids = await site.write('john', ['going', 'going', 'gone'])
    const answers = await Promise.all(
      ids.flatMap(post => [
        susan.post(`/posts/${post}/like`),
        john.post(`/posts/${post}/delete`),
        mary.post(`/posts/${post}/like`),
        susan.post(`/posts/${post}/like/delete`),
      ]),
    )
    for (const { status } of answers) assert.ok([303, 404].includes(status), `${status}`)
    for (const post of ids) assert.equal(await site.app.db.$count(likes, eq(likes.postId, post)), 0)
    assert.equal((await susan.post(`/posts/${ids[0]}/like`)).status, 404)
  })

  it('and reposts, quotes and replies are kept by an edit at the same moment, and keep it', async () => {
    const people = await Promise.all((['susan', 'mary', 'david'] as const).map(name => site.signedIn(name)))
    const john = await site.signedIn('john')
    const [post = 0] = await site.write('john', ['Before'])
    const answers = await Promise.all([
      ...people.map(person => person.post(`/posts/${post}/like`)),
      john.post(`/posts/${post}`, { body: 'After' }),
      ...people.map(person => person.post(`/posts/${post}/repost`)),
      susan.post('/posts', { body: 'A quote', quote: String(post) }),
      susan.post(`/posts/${post}/replies`, { body: 'A reply' }),
    ])
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [303])
    const { body, likeCount, repostCount, quoteCount, replyCount } = (
      await (await programOf(site, 'john')).get(`/api/posts/${post}`)
    ).json
    assert.deepEqual([body, likeCount, repostCount, quoteCount, replyCount], ['After', 3, 3, 1, 1])
    assert.equal(await countOf(post), 3)
  })

  it('across a block are none, whichever came first', async () => {
    const david = await site.signedIn('david')
    const ids = await site.write(
      'david',
      Array.from({ length: 12 }, () => 'mine'),
    )
    for (const post of ids) {
      const answers = await Promise.all([susan.post(`/posts/${post}/like`), david.post('/@susan/block')])
      assert.ok([303, 404].includes(answers[0].status), `${answers[0].status}`)
      assert.equal(await countOf(post), 0)
      await david.post('/@susan/block/delete')
    }
  })
})

describe('many likes of one person', () => {
  it('are refused in a sentence, for a page and for a script', async ({ mock }) => {
    // So that no press is regained meanwhile.
    mock.timers.enable({ apis: ['Date'], now: Date.now() })
    const site = await openSite({ RATE_LIMITS: 'on' })
    const susan = await site.signedIn('susan')
    const [id] = await site.write('john', ['Again and again'])
    const press = (form = {}, headers = {}) => susan.post(`/posts/${id}/like`, form, headers)
    for (let times = 0; times < likingLimit.burst; times++) assert.equal((await press()).status, 303)
    const page = await press()
    assert.equal(page.status, 429)
    assert.match(page.text, /Too many attempts|Try again/)
    const script = await press({ fragment: '' }, { accept: 'application/json' })
    assert.match(String(script.json()['detail']), /Try again in \d/)
    await site.close()
  })
})
