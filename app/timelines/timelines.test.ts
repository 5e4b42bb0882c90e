import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { createAccount } from '../accounts/queries.ts'
import { follows, posts, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { follow } from '../follows/queries.ts'
import { publishPost } from '../posts/queries.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { openSite, type Site } from '../testing/site.ts'

const bodies = ({ page }: Answer) => page.querySelectorAll('article .content').map(({ text }) => text)
const linkTo = ({ page }: Answer, rel: 'next' | 'prev') =>
  page.querySelector(`nav a[rel=${rel}]`)?.getAttribute('href')
const numbered = (count: number, from = 1) => Array.from({ length: count }, (_, n) => `post ${n + from}`)

describe('timelines', () => {
  let site: Site
  let susan: Browser
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
  })
  afterEach(() =>
    site.app.db.transaction(async tx => {
      await tx.delete(posts)
      await tx.delete(follows)
    }),
  )
  after(() => site.close())
  const following = (name: 'john' | 'david' | 'mary') =>
    site.app.db.transaction(tx => follow(tx, site.ids.susan, site.ids[name]))

  it('shows at home one’s own posts and those of the people one follows, newest first', async () => {
    const hour = (ago: number) => new Date(Date.now() - ago * 3_600_000)
    await site.write('john', ['john old'], hour(4))
    await site.write('susan', ['susan'], hour(3))
    await site.write('mary', ['mary'], hour(2))
    await site.write('john', ['john new'], hour(1))
    assert.deepEqual(bodies(await susan.get('/')), ['susan'])
    await following('john')
    assert.deepEqual(bodies(await susan.get('/')), ['john new', 'susan', 'john old'])
    assert.deepEqual(bodies(await site.visitor().get('/explore')), ['john new', 'mary', 'susan', 'john old'])
  })

  it('is full without the account of a loud person, from the moment that it is closed', async () => {
    const from = (ago: number) => new Date(Date.now() - ago * 3_600_000)
    await site.write('john', numbered(30), from(4))
    await site.write('mary', ['mary'], from(3))
    await site.write('david', numbered(26, 100), from(2))
    for (const name of ['john', 'mary', 'david'] as const) await following(name)
    const closing = (closedAt: Date | null) =>
      site.app.db.transaction(async tx => {
        tx.invalidates(`person:${site.ids.david}`, `author:${site.ids.david}`)
        await tx.update(users).set({ closedAt }).where(eq(users.id, site.ids.david))
      })
    assert.equal(bodies(await susan.get('/'))[0], 'post 125')
    await closing(new Date())
    const first = await susan.get('/')
    const others = ['mary', ...numbered(30).toReversed()]
    assert.deepEqual(bodies(first), others.slice(0, 25))
    const second = await susan.get(linkTo(first, 'next') as string)
    assert.deepEqual(bodies(second), others.slice(25))
    assert.deepEqual(bodies(await susan.get(linkTo(second, 'prev') as string)), others.slice(0, 25))
    await closing(null)
  })

  it('orders posts of the same millisecond by their id', async () => {
    const moment = new Date(Date.now() - 1000)
    for (const body of ['a', 'b', 'c']) await site.write('susan', [body], moment)
    assert.deepEqual(bodies(await susan.get('/')), ['c', 'b', 'a'])
  })

  for (const [name, path] of [
    ['Home', '/'],
    ['Explore', '/explore'],
    ['a profile', '/@susan'],
    ['a hashtag', '/tags/tag'],
  ] as const) {
    it(`pages through ${name} without skipping or repeating while new posts arrive`, async () => {
      const hourAgo = new Date(Date.now() - 3_600_000)
      const withTag = (texts: string[]) => texts.map(text => `${text} #tag`)
      await site.write('susan', withTag(numbered(60)), hourAgo)
      const expected = withTag(numbered(60)).toReversed()
      const first = await susan.get(path)
      assert.deepEqual(bodies(first), expected.slice(0, 25))
      assert.equal(linkTo(first, 'prev'), undefined)
      await site.write('susan', withTag(numbered(3, 61)), new Date())
      const second = await susan.get(linkTo(first, 'next') as string)
      assert.deepEqual(bodies(second), expected.slice(25, 50))
      const third = await susan.get(linkTo(second, 'next') as string)
      assert.deepEqual(bodies(third), expected.slice(50))
      assert.equal(linkTo(third, 'next'), undefined)
      const back = await susan.get(linkTo(third, 'prev') as string)
      assert.deepEqual(bodies(back), expected.slice(25, 50))
      const top = await susan.get(linkTo(back, 'prev') as string)
      assert.deepEqual(bodies(top), expected.slice(0, 25))
      const arrived = await susan.get(linkTo(top, 'prev') as string)
      assert.deepEqual(bodies(arrived), withTag(numbered(3, 61)).toReversed())
      assert.equal(linkTo(arrived, 'prev'), undefined)
      assert.deepEqual(bodies(await susan.get(linkTo(arrived, 'next') as string)), expected.slice(0, 25))
    })
  }

  it('offers no older page after exactly 25 posts', async () => {
    await site.write('susan', numbered(25))
    assert.equal(linkTo(await susan.get('/'), 'next'), undefined)
  })

  it('leads from a page that its posts have left back to the newest', async () => {
    for (const path of ['/', '/explore', '/@susan', '/tags/tag', '/@susan/followers', '/@susan/following']) {
      for (const query of ['before=1-1', `after=${Date.now() + 1000}-999999`]) {
        assert.equal((await susan.get(`${path}?${query}`)).location, path)
      }
    }
  })

  for (const cursor of ['x', '1', '1-', '-1-2', '1-2-3', '1.5-2', '9999999999999999-1', "1-1'", '1-%00']) {
    it(`says in words that ?before=${cursor} leads nowhere`, async () => {
      assert.equal((await susan.get(`/explore?before=${cursor}`)).status, 400)
    })
  }

  it('answers cursors of all times that a post can have, and of no other', async () => {
    for (const path of [
      '/',
      '/explore',
      '/@susan',
      '/tags/tag',
      '/search?q=tea',
      '/messages',
      '/notifications',
    ]) {
      const asked = path.includes('?') ? `${path}&` : `${path}?`
      for (const cursor of ['0-0', '1-1', '9999999999999-999999999999999'])
        assert.ok(
          [200, 303].includes((await susan.get(`${asked}before=${cursor}`)).status),
          `${path} ${cursor}`,
        )
      for (const cursor of [
        '-851644800000-36',
        '10000000000000-1',
        '253402300800000-1',
        '0-9999999999999999',
      ])
        assert.equal((await susan.get(`${asked}before=${cursor}`)).status, 400, `${path} ${cursor}`)
    }
  })

  it('pages through posts from the beginning of time on', async () => {
    await site.write('susan', numbered(30), new Date(0))
    const first = await susan.get('/')
    const second = await susan.get(linkTo(first, 'next') as string)
    assert.deepEqual([...bodies(first), ...bodies(second)], numbered(30).toReversed())
    assert.deepEqual(bodies(await susan.get(linkTo(second, 'prev') as string)), bodies(first))
  })

  it('shows visitors at / what the place is, and its newest posts', async () => {
    await site.write('john', ['hello'])
    const answer = await site.visitor().get('/')
    assert.deepEqual(bodies(answer), ['hello'])
    assert.ok(answer.page.querySelector('a[href^="/sign-up"]'))
  })

  it('has something to say on an empty page', async () => {
    for (const path of ['/', '/explore', '/tags/nothing', '/@susan']) {
      const answer = await susan.get(path)
      assert.equal(answer.status, 200)
      assert.ok(answer.page.querySelector('.empty'), path)
    }
  })

  it('knows a hashtag in any case, and names it in the title', async () => {
    await site.write('susan', ['#Über alles #ÜBER'])
    const answer = await site.visitor().get(`/tags/${encodeURIComponent('ÜBER')}`)
    assert.equal(bodies(answer).length, 1)
    assert.match(answer.page.querySelector('title')?.text ?? '', /#über/)
  })

  it('suggests people one does not follow, and the tags talked about', async () => {
    await following('john')
    await site.write('john', ['#rain', '#rain again', '#sun'])
    const aside = (await susan.get('/')).page.querySelector('aside')
    const people = aside?.querySelectorAll('form[action$="/follow"]').map(form => form.getAttribute('action'))
    assert.deepEqual(people?.toSorted(), ['/@david/follow', '/@mary/follow'])
    assert.deepEqual(
      aside?.querySelectorAll('a[href^="/tags/"]').map(a => a.text),
      ['#rain', '#sun'],
    )
  })

  it('asks few statements a page', async () => {
    const [post] = await site.write('john', numbered(30))
    await site.write('susan', ['@john #tag', '@mary'])
    await following('john')
    const budget: [string, number][] = [
      // Posts, and what else lies between them. Whom susan follows is asked once, and then remembered.
      ['/', 6],
      ['/explore', 4],
      // Three more than the head and the posts: pins, and people and tags in the sidebar.
      ['/@john', 6],
      ['/tags/tag', 2],
      ['/@john/followers', 3],
      ['/@john/following', 3],
      ['/@john/card', 2],
      [`/posts/${post}/likes`, 4],
      ['/@susan/likes', 6],
      ['/bookmarks', 4],
      // Besides the post, its author and what is beside it: the author's continuation, and other replies.
      [`/posts/${post}`, 6],
      ['/posts/new', 1],
      ['/settings/profile', 2],
      ['/settings/appearance', 1],
      ['/settings/data', 2],
      ['/nothing', 1],
    ]
    for (const [path, most] of budget) {
      site.statements.length = 0
      await susan.get(path)
      assert.ok(
        site.statements.length <= most,
        `${path}: ${site.statements.length} statements, at most ${most}`,
      )
    }
    site.statements.length = 0
    await site.visitor().get('/livez')
    await site.visitor().get('/robots.txt')
    assert.equal(site.statements.length, 0)
  })
})

describe('the Home of somebody who follows a crowd', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  const addCrowd = (size: number) =>
    site.app.db.transaction(async tx => {
      const ids: number[] = []
      for (let n = 0; n < size; n++) {
        const account = { username: `crowd${n}`, email: `crowd${n}@example.com`, passwordHash: '' }
        const created = await createAccount(tx, { ...account, language: null }, new Date())
        ids.push((created as { id: number }).id)
      }
      return ids
    })

  /** Some write much more than others, many at the same moment, and not in the order of their ids. */
  const writeAsCrowd = (crowd: number[], count: number) =>
    site.app.db.transaction(async tx => {
      const start = Date.now() - 3_600_000
      const written: { id: number; userId: number; body: string; at: number }[] = []
      for (let n = 0; n < count; n++) {
        const userId = crowd[(n * n * n) % crowd.length] as number
        const at = start + ((n * 37) % 101) * 1000
        const body = `post ${n}`
        const draft = { userId, body, language: 'en', submission: null }
        written.push({ id: await publishPost(tx, draft, new Date(at)), userId, body, at })
      }
      return written
    })

  it('has everything of loud people and quiet ones, page by page and back', async () => {
    const crowd = await addCrowd(60)
    const written = await writeAsCrowd(crowd, 400)
    const followed = new Set(crowd.filter((_, index) => index % 3 > 0))
    for (const id of followed) await site.app.db.transaction(tx => follow(tx, site.ids.susan, id))
    const seen = written
      .filter(({ userId }) => followed.has(userId))
      .toSorted((a, b) => b.at - a.at || b.id - a.id)
      .map(({ body }) => body)
    const pages = Array.from({ length: Math.ceil(seen.length / 25) }, (_, n) =>
      seen.slice(n * 25, n * 25 + 25),
    )
    assert.ok(pages.length > 5)
    const susan = await site.signedIn('susan')
    let answer = await susan.get('/')
    for (const [index, page] of pages.entries()) {
      if (index > 0) answer = await susan.get(linkTo(answer, 'next') as string)
      assert.deepEqual(bodies(answer), page, `page ${index}`)
    }
    for (const page of pages.toReversed().slice(1)) {
      answer = await susan.get(linkTo(answer, 'prev') as string)
      assert.deepEqual(bodies(answer), page)
    }
  })
})
