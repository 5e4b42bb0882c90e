import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { Eta } from 'eta'
import { root as projectRoot } from '../config.ts'
import { hashtags, mentions, posts } from '../database/schema.ts'
import { desc, eq } from '../database/sql.ts'
import type { Browser } from '../testing/browser.ts'
import { openSite, password, type Site } from '../testing/site.ts'
import { partsOf } from '../text/entities.ts'

describe('writing', () => {
  let site: Site
  let susan: Browser
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
  })
  beforeEach(() => site.app.db.transaction(async tx => void (await tx.delete(posts))))
  after(() => site.close())
  const all = () => site.app.db.select().from(posts).orderBy(desc(posts.createdAt), desc(posts.id))

  it('publishes, says so and shows the post first', async () => {
    await site.write('susan', ['an older one'])
    const answer = await susan.post('/posts', { body: '  The kettle is on.  ' })
    assert.equal(answer.status, 303)
    const home = await susan.follow(answer)
    assert.equal(home.page.querySelector('article .content')?.text, 'The kettle is on.')
    assert.notEqual(home.page.querySelector('[role=status]')?.text.trim(), '')
    assert.equal(
      (await susan.get('/')).page.querySelector('[role=status]')?.text.trim(),
      '',
      'it is said once',
    )
  })

  it('links links, hashtags and the mentions of people who exist, in the page and in the database', async () => {
    await susan.post('/posts', { body: 'See https://example.org/a?b=c&d, @JOHN, @nobody and #Té <b>!</b>' })
    const home = await susan.get('/')
    const links = home.page.querySelectorAll('article .content a').map(a => [a.getAttribute('href'), a.text])
    assert.deepEqual(links, [
      ['https://example.org/a?b=c&d', 'https://example.org/a?b=c&d'],
      ['/@john', '@JOHN'],
      ['/tags/t%C3%A9', '#Té'],
    ])
    assert.ok(home.text.includes('&lt;b&gt;!&lt;/b&gt;'))
    assert.deepEqual(
      (await site.app.db.select().from(mentions)).map(({ userId }) => userId),
      [site.ids.john],
    )
    assert.deepEqual(
      (await site.app.db.select().from(hashtags)).map(({ tag }) => tag),
      ['té'],
    )
    const tagged = await site.visitor().get('/tags/T%C3%89')
    assert.equal(tagged.page.querySelectorAll('article').length, 1)
  })

  it('shows no part of a text twice where an address and a hashtag meet, and long addresses short', async () => {
    const long = `https://www.example.org/${'path/'.repeat(12)}`
    await susan.post('/posts', { body: `#asp.net #https://a.org/x, @john.com ${long}` })
    const content = (await susan.get('/')).page.querySelector('article .content')
    assert.equal(
      content?.text,
      '#asp.net #https://a.org/x, @john.com example.org/path/path/path/path/path/pa…',
    )
    const links = content?.querySelectorAll('a').map(a => [a.getAttribute('href'), a.getAttribute('title')])
    assert.deepEqual(links, [
      ['/tags/asp', undefined],
      ['https://a.org/x', undefined],
      ['/@john', undefined],
      [long, long],
    ])
  })

  it('reads in the direction of its words, whatever name or address it begins with', async () => {
    for (const body of ['@john שלום #שלום', 'https://example.org مرحبا']) await susan.post('/posts', { body })
    const links = (await susan.get('/')).page.querySelectorAll('article .content a').slice(0, 3)
    // A browser leaves elements with a direction of their own out of what decides dir="auto".
    assert.deepEqual(
      links.map(link => [link.text.replace(/^.*\./, ''), link.getAttribute('dir')]),
      [
        ['org', 'ltr'],
        ['@john', 'ltr'],
        ['#שלום', undefined],
      ],
    )
  })

  it('has a page and feeds for the hashtags of every script', async () => {
    const tags = '#می‌خواهم #ශ්‍රීලංකා #צה״ל #צה"ל #בית־ספר #וכו׳ #བོད་ཡིག #il·lusió #メ〜テレ #İstanbul #straße'
    await susan.post('/posts', { body: tags })
    const links = (await susan.get('/')).page.querySelectorAll('article .content a')
    assert.deepEqual(
      links.map(({ text }) => text),
      tags.split(' '),
    )
    for (const href of new Set(links.map(link => String(link.getAttribute('href'))))) {
      const { status, page } = await site.visitor().get(href)
      assert.equal(status, 200, href)
      assert.equal(page.querySelectorAll('article').length, 1, href)
      assert.equal((await site.visitor().get(`${href}/feed.json`)).status, 200, href)
      const answer = await site.app.inject(`/api${href}/posts`)
      assert.equal(answer.json().items.length, 1, href)
    }
    for (const tag of ['ISTANBUL', 'istanbul', 'STRASSE'])
      assert.equal((await site.visitor().get(`/tags/${tag}`)).page.querySelectorAll('article').length, 1, tag)
  })

  it('publishes once what is sent twice, also at the same moment', async () => {
    const form = { body: 'Once.', submission: 'one-form' }
    const answers = await Promise.all([
      susan.post('/posts', form),
      susan.post('/posts', form),
      susan.post('/posts', form),
    ])
    assert.deepEqual(
      answers.map(({ status }) => status),
      [303, 303, 303],
    )
    assert.equal((await susan.post('/posts', form)).status, 303)
    assert.equal((await all()).length, 1)
  })

  it('publishes other words from a form that somebody went back to, and the same words of somebody else', async () => {
    await susan.post('/posts', { body: 'First.', submission: 'same-form' })
    await susan.post('/posts', { body: 'Second.', submission: 'same-form' })
    const john = await site.signedIn('john')
    await john.post('/posts', { body: 'First.', submission: 'same-form' })
    assert.equal((await all()).length, 3)
  })

  const invisible = '\ufe0f \u034f \u180b \u17b4 \u{e0100} \u115f \u200e\u2066\u00ad \u{1d159}'.split(' ')
  for (const body of ['', '   ', '\n\t\n', '\u200b\u200d', '\u2800\u3164', '\u0000', ...invisible]) {
    it(`refuses ${JSON.stringify(body)} as blank, as a message and as a name, too`, async () => {
      const answer = await susan.post('/posts', { body })
      assert.equal(answer.status, 422)
      assert.equal((await susan.post('/messages/@john', { body })).status, 422)
      assert.equal((await susan.post('/settings/profile', { displayName: body })).status, 303)
      assert.equal((await susan.get('/@susan')).page.querySelector('h1')?.text, 'susan')
      assert.equal(answer.page.querySelector('textarea')?.getAttribute('aria-invalid'), 'true')
      assert.equal((await all()).length, 0)
    })
  }

  it('keeps eight marks on a character, two blank lines, and shows ten lines in lists', async () => {
    const marks = '\u0301\u0323'.repeat(150)
    await susan.post('/posts', { body: `Ze${marks}bra\n\n \n\u200b\n\n${'line\n'.repeat(12)}` })
    const [post] = await all()
    assert.equal(post?.body, `Ze${marks.slice(0, 8)}bra\n\n \n${'line\n'.repeat(12).trim()}`)
    const newest = async () => (await susan.get('/')).page.querySelector('article') ?? assert.fail()
    const more = (await newest()).querySelector('.show-more a')
    assert.equal(more?.text, 'Show more')
    const alone = await susan.get(String(more?.getAttribute('href')))
    assert.equal(alone.page.querySelectorAll('.show-more, .clamped').length, 0)
    const spanish = await susan.get('/', { 'accept-language': 'es' })
    assert.equal(spanish.page.querySelector('.show-more')?.text.trim(), 'Mostrar más')
    for (const body of ['line\n'.repeat(10), 'x'.repeat(140), '茶'.repeat(140)]) {
      await susan.post('/posts', { body })
      assert.equal((await newest()).querySelectorAll('.show-more').length, 0, body)
    }
    // Scripts that stack marks keep theirs.
    for (const body of ['བསྒྲུབས་སྟེ།', 'ကြွှေ့ာ်', 'שָׁלוֹם', 'ที่นี้', '❤️ 1️⃣ 👍🏽']) {
      await susan.post('/posts', { body })
      assert.equal((await all())[0]?.body, body)
    }
  })

  it('counts characters as people do', async () => {
    const family = '👨‍👩‍👧‍👦'
    assert.equal((await susan.post('/posts', { body: family.repeat(140) })).status, 303)
    assert.equal((await susan.post('/posts', { body: 'e\u0301'.repeat(140) })).status, 303)
    const answer = await susan.post('/posts', { body: family.repeat(141) })
    assert.equal(answer.status, 422)
    assert.equal(answer.page.querySelector('textarea')?.text.trim(), family.repeat(141))
    assert.match(answer.text, /140/)
  })

  it('refuses more than 4,000 code points, however few characters they are', async () => {
    const answer = await susan.post('/posts', { body: `a${'\u200d'.repeat(4000)}` })
    assert.equal(answer.status, 422)
    assert.equal((await all()).length, 0)
  })

  const awkward = [
    "'; drop table posts; --",
    '\ud83d\ude00 مرحبا שלום 今日',
    'a\u0000b',
    '%s %n {{x}} <%= 1 %>',
    'x'.repeat(140),
    '\\',
    '‮evil‬',
  ]
  for (const body of awkward) {
    it(`keeps ${JSON.stringify(body.slice(0, 20))} as it is`, async () => {
      assert.equal((await susan.post('/posts', { body })).status, 303)
      const [post] = await all()
      assert.equal(post?.body, body.replaceAll('\u0000', ''))
      assert.equal(
        (await susan.get(`/posts/${post?.id}`)).page.querySelector('article .content')?.text,
        post?.body,
      )
    })
  }

  it('folds the words behind a content warning wherever they are, and shows the warning alone elsewhere', async () => {
    const john = await site.signedIn('john')
    const [root] = await site.write('john', ['Any news?'])
    const secret = 'Rosebud was the sledge'
    const form = {
      body: `${secret} @john #kane https://example.org/end`,
      contentWarning: 'Spoilers & <b>more</b>',
    }
    await susan.post(`/posts/${root}/replies`, form)
    const [post] = await all()
    const id = post?.id ?? 0
    await john.post(`/posts/${id}/replies`, { body: 'Who would have thought?' })
    const visitor = site.visitor()
    const warning = 'Spoilers & <b>more</b>'
    const archive = new Eta({ views: path.join(projectRoot, 'views') })
    for (const [browser, address] of [
      [visitor, `/posts/${id}`],
      [visitor, `/posts/${root}`],
      [visitor, '/@susan/replies'],
      [visitor, '/@john/replies'],
      [visitor, '/tags/kane'],
      [visitor, '/search?q=rosebud'],
      [visitor, '/search/brief?q=rosebud'],
      [susan, `/posts/${id}/delete`],
      [john, '/notifications'],
    ] as const) {
      const { page, text } = await browser.get(address)
      assert.ok(page.text.includes('Spoilers & <b>more</b>'), `the warning on ${address}`)
      for (const details of page.querySelectorAll('details.folded')) {
        assert.ok(!details.hasAttribute('open'))
        assert.equal(details.querySelector('summary')?.text.trim(), warning)
        details.remove()
      }
      assert.ok(!page.toString().includes('sledge'), `nothing of it beside the fold on ${address}`)
      assert.ok(text.includes('&lt;b&gt;more'), address)
    }
    const { page } = await visitor.get(`/posts/${id}`)
    for (const name of ['name=description', 'property="og:description"'])
      assert.equal(page.querySelector(`meta[${name}]`)?.getAttribute('content'), warning)
    const feed = await site.app.inject('/@susan/feed.atom?replies=1')
    const escaped = 'Spoilers &amp; &lt;b&gt;more&lt;/b&gt;'
    assert.ok(feed.body.includes(`<title>${escaped}</title>`))
    assert.ok(feed.body.includes(`<summary>${escaped}</summary>`))
    assert.match(feed.body, /&lt;details&gt;&lt;summary&gt;Spoilers[^]*&lt;p dir=[^]*sledge/)
    const [item] = (await site.app.inject('/@susan/feed.json?replies=1')).json().items
    assert.deepEqual([item.summary, item.content_text], [warning, undefined])
    assert.match(item.content_html, /^<details><summary>[^]*<\/summary><p[^]*sledge/)
    const row = { ...post, createdAt: new Date() }
    assert.match(
      archive.render('/exports/archive/_folded', { row, parts: partsOf }),
      /^<details>\s*<summary><bdi[^>]*>Spoilers[^]*<\/summary>[^]*sledge[^]*<\/details>\n$/,
    )
    await susan.post(`/posts/${id}`, { ...form, contentWarning: '' })
    const unfolded = await visitor.get(`/posts/${id}`)
    assert.equal(unfolded.page.querySelector('details.folded'), null)
    assert.match(unfolded.page.querySelector('.dates')?.text ?? '', /Edited/)
    await susan.post(`/posts/${id}`, form)
    const versions = (await visitor.get(`/posts/${id}/versions`)).page
    assert.equal(
      versions.querySelectorAll('details.folded').length,
      3,
      'also of the version without a warning',
    )
  })

  describe('a thread', () => {
    const bodiesOf = async () => (await all()).map(({ body }) => body)
    const thread = { body: 'One', body2: '', body3: 'Two @john', body4: '  ', body10: 'Three' }

    it('publishes a post a box, each answering the one before, and once if it is sent twice', async () => {
      const form = { ...thread, repliesFrom: 'nobody', contentWarning: 'Long', submission: 'thread' }
      const [answer] = await Promise.all([susan.post('/posts', form), susan.post('/posts', form)])
      assert.deepEqual([answer.status, answer.location], [303, '/'])
      await susan.post('/posts', form)
      const rows = (await all()).toSorted((one, other) => one.id - other.id)
      const ids = rows.map(({ id }) => id)
      assert.deepEqual(
        rows.map(({ body, parentId, rootId, answeredId }) => [body, parentId, rootId, answeredId]),
        [
          ['One', null, null, null],
          ['Two @john', ids[0], ids[0], null],
          ['Three', ids[1], ids[0], null],
        ],
      )
      for (const { repliesFrom, contentWarning } of rows)
        assert.deepEqual([repliesFrom, contentWarning], ['nobody', 'Long'])
      assert.equal(await site.app.db.$count(mentions), 1)
    })

    it('says what is wrong at the box where it is, publishes none, and loses nothing', async () => {
      const long = 'x'.repeat(141)
      const answer = await susan.post('/posts', { ...thread, body3: long, language: 'es' })
      assert.equal(answer.status, 422)
      assert.deepEqual(await bodiesOf(), [])
      const boxes = answer.page.querySelectorAll('main form .composer textarea, main form.composer textarea')
      const shown = boxes.filter(box => !box.closest('template'))
      assert.deepEqual(
        shown.map(box => [box.id, box.text.trim(), box.getAttribute('aria-invalid')]),
        [
          ['body', 'One', undefined],
          ['body2', long, 'true'],
          ['body3', 'Three', undefined],
        ],
      )
      assert.match(answer.page.querySelector('#body2-error')?.text ?? '', /1 character over the limit/)
      assert.equal(answer.page.querySelectorAll('[autofocus]').length, 1)
      assert.ok(shown[1]?.hasAttribute('autofocus'))
      const blank = await susan.post('/posts', { body: ' ', body2: '\n' })
      assert.equal(blank.status, 422)
      assert.match(blank.page.querySelector('#body-error')?.text ?? '', /Write something or add a picture/)
      const many = Object.fromEntries(
        Array.from({ length: 26 }, (_, n) => [n ? `body${n + 1}` : 'body', `${n}`]),
      )
      const refused = await susan.post('/posts', many)
      assert.equal(refused.status, 422)
      assert.match(refused.text, /A thread can have up to 25 posts at a time/)
      assert.deepEqual(await bodiesOf(), [])
      assert.equal((await susan.post('/posts', { ...many, body26: '' })).status, 303)
      assert.equal((await all()).length, 25)
    })

    it('is published as long as one may answer, with boxes that are no boxes left out', async () => {
      const odd = {
        body: '',
        body1: 'no',
        body02: 'no',
        bodyx: 'no',
        body2: 'Here',
        body99: 'There',
        body100: 'no',
      }
      assert.equal((await susan.post('/posts', odd)).status, 303)
      assert.deepEqual((await bodiesOf()).toSorted(), ['Here', 'There'])
      const [root] = await site.write('john', ['What happened?'])
      const answer = await susan.post(`/posts/${root}/replies`, { body: 'First', body2: 'Then' })
      const [then, first] = await all()
      assert.equal(answer.location, `/posts/${root}#post-${first?.id}`)
      assert.deepEqual([first?.parentId, then?.parentId, then?.rootId], [root, first?.id, root])
      assert.equal(then?.answeredId, site.ids.john, 'it goes on answering him')
    })

    it('reads as one where its posts follow each other, its middle folded, and not across others', async () => {
      const bodies = { body: '1', body2: '2', body3: '3', body4: '4', body5: '5' }
      await susan.post('/posts', { body: 'Before' })
      await susan.post('/posts', bodies)
      await susan.post('/posts', { body: 'After' })
      const shown = async (address: string) =>
        (await susan.get(address)).page
          .querySelectorAll('.timeline > .post, .timeline > .more-replies')
          .map(element => [
            (element.querySelector('.content') ?? element).text.trim(),
            element.classList.contains('above'),
            element.querySelector('.why') !== null,
          ])
      const expected = [
        ['After', false, false],
        ['1', false, false],
        ['2 more posts', false, false],
        ['4', true, true],
        ['5', false, false],
        ['Before', false, false],
      ]
      for (const address of ['/', '/@susan']) assert.deepEqual(await shown(address), expected, address)
      const { page } = await susan.get('/')
      const root = (await all()).find(({ body }) => body === '1')
      assert.equal(
        page.querySelector('.timeline .more-replies a')?.getAttribute('href'),
        `/posts/${root?.id}`,
      )
      const two = (await all()).find(({ body }) => body === '5')
      await site.write('susan', ['Between'])
      await susan.post(`/posts/${two?.id}/replies`, { body: '6' })
      assert.deepEqual((await shown('/')).slice(0, 2), [
        ['6', false, true],
        ['After', false, false],
      ])
    })

    it('is written post by post without a script', async () => {
      const first = await susan.post('/posts', { body: 'One', add: 'another' })
      const [one] = await all()
      assert.equal(first.location, `/posts/${one?.id}/replies/new`)
      const writing = await susan.follow(first)
      assert.equal(writing.page.querySelector('h1')?.text, 'Continue your thread')
      assert.ok(writing.page.querySelector('button[name=add][value=another]'))
      const second = await susan.post(`/posts/${one?.id}/replies`, { body: 'Two', add: 'another' })
      const [two] = await all()
      assert.equal(second.location, `/posts/${two?.id}/replies/new`)
      assert.equal(two?.parentId, one?.id)
    })

    it('counts each post, and waits whole where there is no room for all', async () => {
      const strict = await openSite({ RATE_LIMITS: 'on' })
      const browser = await strict.signedIn('susan')
      const long = (from: number) =>
        Object.fromEntries(Array.from({ length: 20 }, (_, n) => [n ? `body${n + 1}` : 'body', `${from + n}`]))
      assert.equal((await browser.post('/posts', long(0))).status, 303)
      const late = await browser.post('/posts', long(20))
      assert.equal(late.status, 429)
      assert.equal(late.page.querySelector('#body20')?.text.trim(), '39', 'nothing is lost')
      assert.equal(await strict.app.db.$count(posts), 20)
      await strict.close()
    })
  })

  it('brings words that were sent without a session through signing in to the writing page', async () => {
    const visitor = site.visitor()
    const answer = await visitor.post('/posts', { body: 'Do not lose me & mine' })
    assert.equal(answer.status, 401)
    const next = answer.page.querySelector('input[name=next]')?.getAttribute('value') ?? ''
    const signedIn = await visitor.post('/sign-in', { identifier: 'susan', password, next })
    const writing = await visitor.follow(signedIn)
    assert.equal(writing.page.querySelector('textarea')?.text.trim(), 'Do not lose me & mine')
  })

  it('knows two spellings of one hashtag, however they fold', async () => {
    assert.equal((await susan.post('/posts', { body: '#\u0130\u0316x #\u0130\u0316X #İ̖x' })).status, 303)
    assert.equal((await site.app.db.select().from(hashtags)).length, 1)
  })

  it('brings an edit that was sent without a session back to the page it was typed on', async () => {
    const [id] = await site.write('susan', ['Before'])
    const visitor = site.visitor()
    const answer = await visitor.post(`/posts/${id}`, { body: 'After & all' })
    assert.equal(answer.status, 401)
    const next = answer.page.querySelector('main input[name=next]')?.getAttribute('value') ?? ''
    const editing = await visitor.follow(
      await visitor.post('/sign-in', { identifier: 'susan', password, next }),
    )
    assert.equal(editing.page.querySelector('textarea')?.text.trim(), 'After & all')
    assert.equal(editing.page.querySelector('main form')?.getAttribute('action'), `/posts/${id}`)
  })

  it('edits one’s own post, says that it was edited, and keeps its place', async () => {
    const [id] = await site.write('susan', ['Before #old @john'])
    assert.equal(
      (await susan.get(`/posts/${id}/edit`)).page.querySelector('textarea')?.text.trim(),
      'Before #old @john',
    )
    const answer = await susan.post(`/posts/${id}`, { body: 'After #new @mary' })
    assert.equal(answer.location, `/posts/${id}`)
    const shown = await susan.follow(answer)
    assert.equal(shown.page.querySelector('article .content')?.text, 'After #new @mary')
    assert.match(shown.page.querySelector('article .dates')?.text ?? '', /edited/i)
    assert.equal((await site.visitor().get('/tags/old')).page.querySelectorAll('article').length, 0)
    assert.equal((await site.visitor().get('/tags/new')).page.querySelectorAll('article').length, 1)
    assert.deepEqual(
      (await site.app.db.select().from(mentions)).map(({ userId }) => userId),
      [site.ids.mary],
    )
  })

  it('does not call a post edited that was saved as it was', async () => {
    const [id] = await site.write('susan', ['Same'])
    await susan.post(`/posts/${id}`, { body: 'Same' })
    assert.equal((await all())[0]?.editedAt, null)
  })

  it('brings a refused edit back whole', async () => {
    const [id] = await site.write('susan', ['Before'])
    const answer = await susan.post(`/posts/${id}`, { body: 'x'.repeat(141) })
    assert.equal(answer.status, 422)
    assert.equal(answer.page.querySelector('textarea')?.text.trim(), 'x'.repeat(141))
    assert.equal((await all())[0]?.body, 'Before')
  })

  it('edits the one box that a post has, whatever else is sent', async () => {
    const [id] = await site.write('susan', ['Before'])
    for (const body of ['', ' \n'])
      assert.equal((await susan.post(`/posts/${id}`, { body, body2: 'More' })).status, 422)
    assert.equal((await susan.post(`/posts/${id}`, { body: 'After', body2: 'x'.repeat(141) })).status, 303)
    assert.deepEqual(
      (await all()).map(({ body }) => body),
      ['After'],
    )
  })

  it('deletes after a page that asks, and deleting again is harmless', async () => {
    const [id] = await site.write('susan', ['Away with it #tag @john'])
    const asked = await susan.get(`/posts/${id}/delete`)
    assert.equal(asked.page.querySelector('main form')?.getAttribute('action'), `/posts/${id}/delete`)
    assert.equal((await susan.post(`/posts/${id}/delete`)).location, '/')
    assert.equal((await susan.post(`/posts/${id}/delete`)).status, 303)
    assert.equal((await susan.get(`/posts/${id}`)).status, 404)
    assert.equal((await site.app.db.select().from(hashtags)).length, 0)
    assert.equal((await site.app.db.select().from(mentions)).length, 0)
  })

  it('lets nobody else edit or delete it', async () => {
    const [id] = await site.write('susan', ['Mine'])
    const john = await site.signedIn('john')
    for (const [status, browser] of [
      [403, john],
      [401, site.visitor()],
    ] as const) {
      assert.equal((await browser.post(`/posts/${id}`, { body: 'Yours' })).status, status)
      assert.equal((await browser.post(`/posts/${id}/delete`)).status, status)
    }
    assert.equal((await john.get(`/posts/${id}/edit`)).status, 403)
    assert.equal((await john.get(`/posts/${id}/delete`)).status, 403)
    assert.match(String((await site.visitor().get(`/posts/${id}/edit`)).location), /^\/sign-in\?next=/)
    assert.equal(
      (
        await site.app.db
          .select()
          .from(posts)
          .where(eq(posts.id, id as number))
      )[0]?.body,
      'Mine',
    )
    const shown = (await john.get(`/posts/${id}`)).page
    assert.equal(shown.querySelector(`a[href="/posts/${id}/edit"]`), null)
  })

  for (const id of ['0', '1e309', '-1', 'abc', '1.5', '9007199254740993', '999999999', '%00']) {
    it(`answers 404 for post ${id}`, async () => {
      assert.equal((await susan.get(`/posts/${id}`)).status, 404)
      assert.ok([404, 303].includes((await susan.post(`/posts/${id}/delete`)).status))
    })
  }
})
