import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { closeAccount } from '../accounts/closure-queries.ts'
import { block, unblock } from '../blocks/queries.ts'
import { notifications, posts, users } from '../database/schema.ts'
import { and, desc, eq } from '../database/sql.ts'
import { deletePost } from '../posts/queries.ts'
import { type ApiClient, programOf } from '../testing/api.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'

const publicUrl = 'https://harbour.example'

describe('quotes', () => {
  let site: Site
  let visitor: Browser
  const browsers = {} as Record<Name, Browser>
  let susansProgram: ApiClient
  before(async () => {
    site = await openSite({ PUBLIC_URL: publicUrl })
    visitor = site.visitor()
    for (const name of ['susan', 'john', 'david', 'mary'] as const) browsers[name] = await site.signedIn(name)
    susansProgram = await programOf(site, 'susan')
  })
  after(() => site.close())

  async function write(name: Name = 'susan', body = 'Tea at the harbour'): Promise<number> {
    const [id] = await site.write(name, [body])
    return id as number
  }

  /** Quotes a post as a browser does, and returns the id of the new one. */
  async function quote(name: Name, quoted: number, body = 'Look at this.'): Promise<number> {
    const answer = await browsers[name].post('/posts', { body, quote: String(quoted) })
    assert.equal(answer.status, 303, answer.page.querySelector('main')?.text)
    return newestOf(name)
  }

  async function newestOf(name: Name): Promise<number> {
    const isTheirs = eq(posts.userId, site.ids[name])
    const [row] = await site.app.db.select().from(posts).where(isTheirs).orderBy(desc(posts.id)).limit(1)
    return row?.id as number
  }

  const rowOf = async (id: number) =>
    (await site.app.db.select().from(posts).where(eq(posts.id, id)))[0] as typeof posts.$inferSelect

  const noticesOf = (name: Name, id: number) =>
    site.app.db
      .select({ kind: notifications.kind })
      .from(notifications)
      .where(and(eq(notifications.userId, site.ids[name]), eq(notifications.postId, id)))
      .then(rows => rows.map(({ kind }) => kind))

  /** What a page shows in the place of a quote. */
  const shown = ({ page }: Answer, id: number) => {
    const post = page.querySelector(`#post-${id}`)
    return post?.querySelector('.quoted .content')?.text.trim() ?? post?.querySelector('.no-quote')?.text
  }

  describe('a form', () => {
    it('shows the card, publishes the quote, tells its author once and links both', async () => {
      const quoted = await write('susan', 'Tea at the **harbour** 🫖')
      const form = await browsers.john.get(`/posts/new?quote=${quoted}`)
      assert.equal(form.page.querySelector('.composer .quoted .content')?.text, 'Tea at the **harbour** 🫖')
      assert.equal(form.page.querySelector('[name=quote]')?.getAttribute('value'), String(quoted))
      const id = await quote('john', quoted, 'As @susan says:')
      assert.deepEqual(await noticesOf('susan', id), ['quote'], 'not of the mention, too')
      for (const path of [`/posts/${id}`, '/explore', '/@john', '/search?q=says']) {
        const answer = await visitor.get(path)
        assert.equal(shown(answer, id), 'Tea at the **harbour** 🫖', path)
        assert.ok(answer.page.querySelector(`#post-${id} .quoted a[href="/posts/${quoted}"]`), path)
      }
      const counted = (await visitor.get(`/posts/${quoted}`)).page.querySelector('.counts a')
      assert.deepEqual([counted?.text, counted?.getAttribute('href')], ['1 quote', `/posts/${quoted}/quotes`])
      const list = await visitor.get(`/posts/${quoted}/quotes`)
      assert.ok(list.page.querySelector(`#post-${id}`))
      assert.equal((await susansProgram.get(`/api/posts/${quoted}`)).json.quoteCount, 1)
    })

    it('keeps the words and the card after an error and a lost session', async () => {
      const quoted = await write()
      const tooLong = await browsers.john.post('/posts', { body: 'x'.repeat(141), quote: String(quoted) })
      assert.equal(tooLong.status, 422)
      assert.equal(tooLong.page.querySelector('[name=quote]')?.getAttribute('value'), String(quoted))
      const stranger = site.visitor()
      const asked = await stranger.post('/posts', { body: 'Half a thought', quote: String(quoted) })
      assert.equal(asked.status, 401)
      browsers.john.cookies.set('__Host-interrupted', stranger.cookies.get('__Host-interrupted') ?? '')
      const resumed = await browsers.john.get('/posts/new?resume')
      assert.equal(resumed.page.querySelector('textarea')?.text.trim(), 'Half a thought')
      assert.ok(resumed.page.querySelector(`.composer .quoted a[href="/posts/${quoted}"]`))
    })

    it('says why a post cannot be quoted, and keeps the words', async () => {
      const [gone, closed, hidden] = [await write(), await write(), await write('mary', 'Mine')]
      await site.app.db.transaction(async tx => {
        await deletePost(tx, { id: gone, userId: site.ids.susan })
        await tx.update(posts).set({ quotesFrom: 'nobody' }).where(eq(posts.id, closed))
        await block(tx, site.ids.mary, site.ids.john)
      })
      const missing = 'The post you’re quoting isn’t here any more. You can post this without it.'
      for (const [id, status, sentence] of [
        [gone, 404, missing],
        [hidden, 404, missing],
        ['x', 404, missing],
        ['9007199254740993', 404, missing],
        [closed, 403, 'susan doesn’t allow quotes of this post.'],
      ] as const) {
        const form = await browsers.john.get(`/posts/new?quote=${id}`)
        assert.equal(form.status, status)
        assert.ok(form.text.includes(sentence), String(id))
        const sent = await browsers.john.post('/posts', { body: 'My words', quote: String(id) })
        assert.equal(sent.status, status)
        assert.equal(sent.page.querySelector('#body-error')?.text.trim(), sentence)
        assert.equal(sent.page.querySelector('textarea')?.text.trim(), 'My words')
        assert.equal(sent.page.querySelector('[name=quote]'), null, 'sent again it is published without')
      }
      const program = await programOf(site, 'john')
      for (const [id, status] of [
        [gone, 422],
        [hidden, 422],
        [closed, 403],
        [0, 422],
        [1.5, 422],
        ['1', 422],
        [2 ** 60, 422],
      ] as const)
        assert.equal((await program.post('/api/posts', { body: 'My words', quotedId: id })).status, status)
      await site.app.db.transaction(tx => unblock(tx, site.ids.mary, site.ids.john))
    })

    it('lets whom the author follows quote, where that is chosen, and new posts have the author’s setting', async () => {
      await browsers.susan.post('/settings/privacy', { quotes_from: 'following' })
      const chosen = (await browsers.susan.get('/settings/privacy')).page.querySelector(
        '[name=quotes_from][aria-pressed=true]',
      )
      assert.equal(chosen?.getAttribute('value'), 'following')
      const quoted = await write()
      const refused = await browsers.john.get(`/posts/new?quote=${quoted}`)
      const sentence = 'Only people susan follows can quote this post.'
      assert.ok(refused.text.includes(sentence))
      const menu = (await browsers.john.get(`/posts/${quoted}`)).page.querySelector('[data-verb=repost]')
      assert.ok(menu?.text.includes(sentence))
      assert.equal(menu?.querySelector('a[href^="/posts/new"]'), null)
      const program = await programOf(site, 'john')
      assert.equal((await program.get(`/api/posts/${quoted}`)).json.canQuote, false)
      await browsers.susan.post('/@john/follow')
      const offer = (await browsers.john.get(`/posts/${quoted}`)).page.querySelector('[data-verb=repost] a')
      assert.equal(offer?.getAttribute('href'), `/posts/new?quote=${quoted}`)
      await quote('john', quoted)
      await quote('susan', quoted, 'My own')
      assert.equal((await browsers.susan.post('/settings/privacy', { quotes_from: 'friends' })).status, 400)
      await browsers.susan.post('/settings/privacy', { quotes_from: 'everyone' })
    })
  })

  describe('a link', () => {
    it('to a post quotes it: the last one, left out where it ends the words', async () => {
      const [one, two] = [await write('susan', 'One'), await write('susan', 'Two')]
      const link = (id: number, more = '') => `${publicUrl}/posts/${id}${more}`
      for (const [body, kept, id] of [
        [`See ${link(one)}`, 'See', one],
        [`See\n\n${link(one, '?x=1#post-3')}`, 'See', one],
        [`${link(one)} and ${link(two)}`, `${link(one)} and`, two],
        [`${link(two)} is it`, `${link(two)} is it`, two],
        [link(one), link(one), one],
        [`\u2800 ${link(one)}`, `\u2800 ${link(one)}`, one],
        ['See https://elsewhere.example/posts/1', 'See https://elsewhere.example/posts/1', null],
        [`See ${publicUrl}/posts/${one}/quotes`, `See ${publicUrl}/posts/${one}/quotes`, null],
        [`See ${link(999_999)}`, `See ${link(999_999)}`, null],
        [`See ${publicUrl}/posts/99999999999999999999`, `See ${publicUrl}/posts/99999999999999999999`, null],
      ] as const) {
        assert.equal((await browsers.john.post('/posts', { body })).status, 303, body)
        const row = await rowOf(await newestOf('john'))
        assert.deepEqual([row.body, row.quotedId], [kept, id])
      }
      const replied = await browsers.john.post(`/posts/${one}/replies`, { body: `No: ${link(two)}` })
      assert.equal(replied.status, 303)
      assert.equal((await rowOf(await newestOf('john'))).quotedId, two)
    })

    it('to a post that may not be quoted stays a link, and what is chosen comes before links', async () => {
      const [one, two] = [await write(), await write()]
      const isTwo = eq(posts.id, two)
      await site.app.db.transaction(tx => tx.update(posts).set({ quotesFrom: 'nobody' }).where(isTwo))
      const body = `See ${publicUrl}/posts/${two}`
      await browsers.john.post('/posts', { body })
      const plain = await rowOf(await newestOf('john'))
      assert.deepEqual([plain.body, plain.quotedId], [body, null])
      const chosen = await rowOf(await quote('john', one, body))
      assert.deepEqual([chosen.body, chosen.quotedId], [body, one])
    })
  })

  it('never nest: a card in a card is a line with a link', async () => {
    const first = await write('susan', 'The first')
    const second = await quote('susan', first, 'The second')
    const third = await quote('susan', second, 'The third')
    assert.deepEqual(await noticesOf('susan', third), [], 'of what one quotes oneself nobody is told')
    const { page } = await visitor.get(`/posts/${third}`)
    const cards = page.querySelectorAll(`#post-${third} .quoted`)
    assert.equal(cards.length, 1)
    assert.ok(cards[0]?.text.includes('The second'))
    assert.ok(!cards[0]?.text.includes('The first'))
    assert.equal(cards[0]?.querySelector('.inner')?.getAttribute('href'), `/posts/${first}`)
  })

  it('show the beginning, in its language, or the warning alone', async () => {
    const long = `${'🫖 tea '.repeat(60)}the end`
    const quoted = await write('susan', long)
    const isIt = eq(posts.id, quoted)
    await site.app.db.transaction(tx => tx.update(posts).set({ language: 'es' }).where(isIt))
    const id = await quote('john', quoted)
    const content = (await visitor.get(`/posts/${id}`)).page.querySelector('.quoted .content')
    assert.equal(content?.getAttribute('lang'), 'es')
    assert.equal([...(content?.text ?? '')].length, 280)
    await site.app.db.transaction(tx => {
      tx.invalidates(`post:${quoted}`)
      return tx.update(posts).set({ contentWarning: 'Hot drinks' }).where(isIt)
    })
    const warned = await visitor.get(`/posts/${id}`)
    assert.equal(shown(warned, id), 'Hot drinks')
    for (const path of [`/posts/${id}`, '/@john/feed.atom', '/@john/feed.json']) {
      const { text } = await visitor.get(path)
      assert.ok(text.includes('Hot drinks') && !text.includes('🫖 tea'), path)
    }
  })

  it('are in feeds with a link', async () => {
    const quoted = await write('susan', 'Tea & <cake>')
    const id = await quote('john', quoted)
    const { items } = (await visitor.get('/@john/feed.json')).json() as { items: never[] }
    const { content_html: html } = items.find(({ url }) => url === `${publicUrl}/posts/${id}`) as never
    const address = `${publicUrl}/posts/${quoted}`
    assert.equal(
      html,
      `<p dir="auto">Look at this.</p><blockquote cite="${address}"><p dir="auto">Tea &amp; &lt;cake&gt;</p><p><a href="${address}"><bdi>susan</bdi> (@susan)</a></p></blockquote>`,
    )
    assert.ok((await visitor.get('/@john/feed.atom')).text.includes(`blockquote cite=&quot;${address}`))
  })

  describe('where the quoted post is not to be seen', () => {
    const unavailable = 'The quoted post isn’t available.'

    /** What each of them is shown of the quote, on every surface, without what another may not see. */
    async function seenBy(id: number, quoted: number): Promise<(string | undefined)[]> {
      const found: (string | undefined)[] = []
      for (const browser of [visitor, browsers.susan, browsers.david]) {
        const answers = await Promise.all(
          [`/posts/${id}`, '/explore', '/@john'].map(path => browser.get(path)),
        )
        const [first, ...others] = answers.map(answer => shown(answer, id))
        for (const other of others) assert.equal(other, first)
        found.push(first)
      }
      for (const name of ['susan', 'david'] as const) {
        const { json } = await (await programOf(site, name)).get(`/api/posts/${id}`)
        const words = json.quoted?.body ?? unavailable
        assert.equal(words, found[name === 'susan' ? 1 : 2])
      }
      const feed = (await visitor.get('/@john/feed.atom')).text
      assert.equal(feed.includes(`/posts/${quoted}&quot;`), found[0] !== unavailable)
      return found
    }

    it('says one thing of a deleted post and of one that is hidden by a block', async () => {
      const quoted = await write('susan', 'Seen')
      const id = await quote('john', quoted)
      await site.app.db.transaction(tx => block(tx, site.ids.susan, site.ids.david))
      assert.deepEqual(await seenBy(id, quoted), ['Seen', 'Seen', unavailable])
      await site.app.db.transaction(tx => deletePost(tx, { id: quoted, userId: site.ids.susan }))
      assert.deepEqual(await seenBy(id, quoted), [unavailable, unavailable, unavailable])
      await site.app.db.transaction(tx => unblock(tx, site.ids.susan, site.ids.david))
    })

    it('shows it to nobody while its author and the author of the quote have blocked each other', async () => {
      for (const pair of [
        [site.ids.susan, site.ids.john],
        [site.ids.john, site.ids.susan],
      ] as const) {
        const quoted = await write('susan', 'Between us')
        const id = await quote('john', quoted)
        assert.equal(shown(await visitor.get(`/posts/${id}`), id), 'Between us')
        await site.app.db.transaction(tx => block(tx, ...pair))
        assert.equal(shown(await visitor.get(`/posts/${id}`), id), unavailable, 'a remembered page, too')
        assert.equal(shown(await browsers.john.get(`/posts/${id}`), id), unavailable)
        assert.equal((await browsers.susan.get(`/posts/${id}`)).status, 404)
        assert.equal((await visitor.get(`/posts/${quoted}/quotes`)).page.querySelector('article'), null)
        const { json } = await (await programOf(site, 'david')).get(`/api/posts/${id}`)
        assert.deepEqual([json.quotedId, json.quoted], [null, null])
        await site.app.db.transaction(tx => unblock(tx, ...pair))
        assert.equal(shown(await visitor.get(`/posts/${id}`), id), 'Between us')
      }
    })

    it('hides what a closed account wrote', async () => {
      const quoted = await write('mary', 'Farewell')
      const id = await quote('john', quoted)
      await site.app.db.transaction(tx => closeAccount(tx, site.ids.mary, new Date()))
      assert.equal(shown(await visitor.get(`/posts/${id}`), id), unavailable)
      assert.equal((await susansProgram.get(`/api/posts/${id}`)).json.quoted, null)
      const isMary = eq(users.id, site.ids.mary)
      await site.app.db.transaction(tx => tx.update(users).set({ closedAt: null }).where(isMary))
    })
  })

  describe('taking a quote out', () => {
    const detached = 'The quoted post was removed.'

    it('is for the authors of both, for good, and the notice goes with it', async () => {
      for (const name of ['susan', 'john'] as const) {
        const quoted = await write('susan', 'Not so')
        const id = await quote('john', quoted)
        const button = (await browsers[name].get(`/posts/${id}`)).page.querySelector(
          `[formaction="/posts/${id}/quote/delete"]`,
        )
        assert.match(button?.text.trim() ?? '', /for good$/)
        assert.equal((await browsers.david.post(`/posts/${id}/quote/delete`)).status, 403)
        const taken = await browsers[name].post(`/posts/${id}/quote/delete`, { next: '/explore' })
        assert.deepEqual([taken.status, taken.location], [303, `/explore#post-${id}`])
        assert.equal(
          (await browsers[name].post(`/posts/${id}/quote/delete`)).status,
          303,
          'twice is harmless',
        )
        assert.deepEqual(await noticesOf('susan', id), [])
        assert.equal(shown(await visitor.get(`/posts/${id}`), id), detached)
        const { json } = await susansProgram.get(`/api/posts/${id}`)
        assert.deepEqual([json.quotedId, json.quoted, json.quoteDetached], [null, null, true])
        assert.equal((await susansProgram.get(`/api/posts/${quoted}`)).json.quoteCount, 0)
        assert.deepEqual((await susansProgram.get(`/api/posts/${quoted}/quotes`)).json.items, [])
      }
    })

    it('is for programs, too', async () => {
      const program = await programOf(site, 'john')
      const quoted = await write()
      const { json, status } = await program.post('/api/posts', { body: 'So', quotedId: quoted })
      assert.deepEqual([status, json.quotedId, json.quoted.author.username], [201, quoted, 'susan'])
      assert.equal((await (await programOf(site, 'david')).delete(`/api/posts/${json.id}/quote`)).status, 403)
      assert.equal((await susansProgram.delete(`/api/posts/${json.id}/quote`)).status, 204)
      assert.equal((await program.get(`/api/posts/${json.id}`)).json.quoteDetached, true)
      assert.equal((await program.put(`/api/posts/${json.id}`, { body: 'So', quotedId: quoted })).status, 422)
    })
  })

  it('leave no notice behind where a block comes at the same moment', async () => {
    const quoted = await write()
    for (let round = 0; round < 3; round++) {
      const body = `At once ${round}`
      const [sent] = await Promise.all([
        browsers.john.post('/posts', { body, quote: String(quoted) }),
        site.app.db.transaction(tx => block(tx, site.ids.susan, site.ids.john)),
      ])
      assert.ok([303, 404].includes(sent.status), String(sent.status))
      const isTold = and(eq(notifications.userId, site.ids.susan), eq(notifications.actorId, site.ids.john))
      assert.equal(await site.app.db.$count(notifications, isTold), 0)
      await site.app.db.transaction(tx => unblock(tx, site.ids.susan, site.ids.john))
    }
  })

  it('stay when their words are edited', async () => {
    const quoted = await write()
    const id = await quote('john', quoted)
    await browsers.john.post(`/posts/${id}`, { body: `Better words ${publicUrl}/posts/1` })
    const { body, quotedId } = await rowOf(id)
    assert.deepEqual([body, quotedId], [`Better words ${publicUrl}/posts/1`, quoted])
    await browsers.john.post(`/posts/${id}`, { body: '@susan @david' })
    assert.deepEqual([await noticesOf('susan', id), await noticesOf('david', id)], [['quote'], ['mention']])
  })

  it('and replies tell those who want none of them of a mention', async () => {
    const choose = (form: Record<string, string>) => browsers.susan.post('/settings/notifications', form)
    const quoted = await write()
    await choose({ quote: 'nobody' })
    assert.deepEqual(await noticesOf('susan', await quote('john', quoted)), [])
    assert.deepEqual(await noticesOf('susan', await quote('john', quoted, 'You, @susan!')), ['mention'])
    await choose({ reply: 'nobody' })
    await browsers.john.post(`/posts/${quoted}/replies`, { body: '@susan, look' })
    assert.deepEqual(await noticesOf('susan', await newestOf('john')), ['mention'])
    await choose({ quote: 'everyone' })
    await browsers.john.post(`/posts/${quoted}/replies`, { body: '@susan, look', quote: String(quoted) })
    assert.deepEqual(await noticesOf('susan', await newestOf('john')), ['quote'])
    await choose({ reply: 'everyone' })
  })
})
