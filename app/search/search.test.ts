import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { block } from '../blocks/queries.ts'
import { posts, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { storeImage } from '../images/storing.ts'
import { deletePost } from '../posts/queries.ts'
import { indexPosts } from '../search-index/indexing.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { photo } from '../testing/pictures.ts'
import { publishPictures } from '../testing/published-pictures.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'
import { rebuildIndex } from './rebuild.ts'

const bodies = ({ page }: Answer) => page.querySelectorAll('article .content').map(({ text }) => text)
const marks = ({ page }: Answer) => page.querySelectorAll('article mark').map(({ text }) => text)
const linkTo = ({ page }: Answer, rel: 'next' | 'prev') =>
  page.querySelector(`nav.pagination a[rel=${rel}]`)?.getAttribute('href')
const people = ({ page }: Answer) =>
  page.querySelectorAll('main .people .author').map(link => link.getAttribute('href'))
const tipsOf = (page: Answer['page']) =>
  page.querySelectorAll('.tips dt a').map(link => link.getAttribute('href') ?? '')
const pathOf = (query: string, more = '') => `/search?q=${encodeURIComponent(query)}${more}`

/** Oldest first, by whom. */
const written: [Name, string][] = [
  ['susan', 'Morning fog in the harbour'],
  ['john', 'Fog in the morning, @susan, and harbours without end #Rain'],
  ['mary', 'Café con leche, señor. Cafe!'],
  ['david', 'Die Straße ist naß, DIE STRASSE #Straßenfest'],
  ['susan', 'İstanbul’da ısı 30 derece'],
  ['john', '今朝の港はとても静か'],
  ['mary', 'القهوة أولًا، ثم الكتابة'],
  ['david', '🎉 Łódź, Øresund and the ΟΔΟΣ 🎉'],
  ['susan', 'https://example.org/notes/on-rye-bread #rain_or_shine'],
  ['john', '학교에서 커피'],
  ['mary', 'fog fog fog'],
  ['john', 'A co\u00adop\u200beration, می\u200cخواهم #İzmir'],
]
const [fog1, fog2, cafe, strasse, istanbul, japanese, arabic, lodz, link, korean, fogs, hidden] = written.map(
  ([, body]) => body,
) as [string, string, string, string, string, string, string, string, string, string, string, string]

/** The same on both engines, newest first. */
const answers: [string, string[]][] = [
  ['fog', [fogs, fog2, fog1]],
  ['FOG morning', [fog2, fog1]],
  ['"morning fog"', [fog1]],
  ['"fog in the"', [fog2, fog1]],
  ['"fog fog"', [fogs]],
  ['harbour', [fog1]],
  ['harbour*', [fog2, fog1]],
  ['h* f* m*', [fog2, fog1]],
  ['"in the har"*', [fog1]],
  ['fog h*', [fog2, fog1]],
  ['from:mary c*', [cafe]],
  ['from:susan', [link, istanbul, fog1]],
  ['from:@SUSAN fog', [fog1]],
  ['fog from:susan from:mary', [fogs, fog1]],
  ['from:nobody_at_all', []],
  ['from:susan from:nobody_at_all rye', [link]],
  ['#rain', [fog2]],
  ['#RAIN*', [link, fog2]],
  ['rain', [link, fog2]],
  ['#rain fog', [fog2]],
  ['#strassenfest', [strasse]],
  ['cafe', [cafe]],
  ['CAFÉ', [cafe]],
  ['senor', [cafe]],
  ['strasse', [strasse]],
  ['Straße', [strasse]],
  ['nass', [strasse]],
  ['istanbul', [istanbul]],
  ['ISTANBUL', [istanbul]],
  ['İSTANBUL', [istanbul]],
  ['isi', [istanbul]],
  ['ısı', [istanbul]],
  ['港', [japanese]],
  ['今朝', [japanese]],
  ['とても静か', [japanese]],
  ['朝の港', [japanese]],
  ['静か 港', [japanese]],
  ['静の', []],
  ['قهوة', []],
  ['القهوة', [arabic]],
  ['اولا', [arabic]],
  ['القه*', [arabic]],
  ['lodz', [lodz]],
  ['oresund', [lodz]],
  ['οδος', [lodz]],
  ['학교', [korean]],
  ['example.org', [link]],
  ['rye-bread', [link]],
  ['bread rye', [link]],
  ['"bread rye"', []],
  ['@susan', [fog2]],
  ['fog qwerty', []],
  ['0030', []],
  ['cooperation', [hidden]],
  ['co\u00adoper*', [hidden]],
  ['میخواهم', [hidden]],
  ['می\u200cخواهم', [hidden]],
  ['#izmir', [hidden]],
  ['#IZMIR', [hidden]],
  ['🎉', [lodz]],
  ['🎉 lodz', [lodz]],
  ['🎊', []],
]

describe('searching', () => {
  let site: Site
  let susan: Browser
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
  })
  after(() => site.close())
  const visitor = () => site.visitor()

  describe('posts', () => {
    before(async () => {
      const now = Date.now()
      for (const [at, [name, body]] of written.entries())
        await site.write(name, [body], new Date(now - 3_600_000 + at * 1000))
    })

    for (const [query, expected] of answers) {
      it(`finds with ${query} ${expected.length} of them`, async () => {
        const answer = await visitor().get(pathOf(query))
        assert.equal(answer.status, 200)
        assert.deepEqual(bodies(answer), expected)
        if (expected.length === 0) assert.ok(answer.page.querySelector('.empty'))
      })
    }

    const marked: [string, string[]][] = [
      ['"morning fog"', ['Morning fog']],
      ['har*', ['harbours', 'harbour']],
      ['cafe', ['Café', 'Cafe']],
      ['strasse', ['Straße', 'STRASSE']],
      ['#rain', ['#Rain']],
      ['🎉', ['🎉', '🎉']],
      ['cooperation', ['co\u00adop\u200beration']],
      ['港', ['港']],
      ['とても静か', ['とても静か']],
      ['今朝 朝の', ['今朝の']],
      ['@susan', ['susan']],
      ['rye notes', ['notes', 'rye']],
      ['اولا', ['أولًا']],
      ['fog "morning fog"', ['Morning fog']],
      ['fog the fog', ['Fog', 'the', 'fog', 'the']],
    ]
    for (const [query, expected] of marked)
      it(`marks with ${query} ${expected.join(', ')}`, async () =>
        assert.deepEqual(marks(await visitor().get(pathOf(query))), expected))

    it('marks inside links without breaking them', async () => {
      const { page } = await visitor().get(pathOf('rye'))
      const a = page.querySelector('article .content a')
      assert.equal(a?.getAttribute('href'), 'https://example.org/notes/on-rye-bread')
      assert.equal(a?.innerHTML, 'https://example.org/notes/on-<mark>rye</mark>-bread')
    })

    it('goes on with the beginning of a word where nobody has written the word', async () => {
      const answer = await visitor().get(pathOf('harb'))
      assert.deepEqual(bodies(answer), [fog2, fog1])
      assert.equal(answer.page.querySelector('nav.tabs a')?.getAttribute('href'), '/search?q=harb*')
      assert.equal(answer.page.querySelector('.page input[name=q]')?.getAttribute('value'), 'harb')
    })

    it('answers what is being typed with a part of the page, its last word as a beginning', async () => {
      const answer = await visitor().get('/search/results?q=morning+fo')
      assert.ok(!answer.text.includes('<html'))
      assert.deepEqual(bodies(answer), [fog2, fog1])
      assert.match(
        answer.page.querySelector('[data-summary]')?.getAttribute('data-summary') ?? '',
        /^2 posts/,
      )
      assert.equal(answer.page.querySelector('[data-url]')?.getAttribute('data-url'), '/search?q=morning+fo*')
      assert.deepEqual(bodies(await visitor().get('/search/results?q=harbour')), [fog2, fog1])
      assert.deepEqual(
        bodies(await visitor().get('/search/results?q=harbour+')),
        [fog1],
        'a space ends a word',
      )
      const brief = await visitor().get('/search/brief?q=morn')
      assert.deepEqual(
        brief.page.querySelectorAll('a[href^="/posts/"]').map(({ text }) => text),
        [`john ${fog2}`, `susan ${fog1}`],
      )
    })

    it('ranks the best: more of the words, beside each other, in fewer others; then the newer', async () => {
      assert.deepEqual(bodies(await visitor().get(pathOf('fog', '&order=best')))[0], fogs)
      assert.deepEqual(bodies(await visitor().get(pathOf('morning fog', '&order=best'))), [fog1, fog2])
      const answer = await visitor().get(pathOf('fog', '&order=best'))
      assert.equal(answer.page.querySelector('nav.tabs [aria-current]')?.text, 'Best')
      assert.equal(answer.page.querySelector('input[name=order]')?.getAttribute('value'), 'best')
      assert.deepEqual(bodies(await visitor().get(pathOf('fog', '&order=sideways'))), [fogs, fog2, fog1])
    })

    it('knows an edited post by its new words alone, and a deleted one not at all, at once', async () => {
      const [id] = (await site.write('susan', ['Albatross'])) as [number]
      const count = async (query: string) => bodies(await visitor().get(pathOf(query))).length
      assert.equal(await count('albatross'), 1)
      await susan.post(`/posts/${id}`, { body: 'Cormorant #bird' })
      assert.deepEqual([await count('albatross'), await count('cormorant'), await count('#bird')], [0, 1, 1])
      await susan.post(`/posts/${id}`, { body: 'Cormorants' })
      assert.deepEqual([await count('cormorant'), await count('#bird')], [1, 0])
      await susan.post(`/posts/${id}/delete`)
      assert.equal(await count('cormorant*'), 0)
    })

    it('knows replies, and whom they answer, also after an edit and a rebuild', async () => {
      const [john, mary] = [await site.signedIn('john'), await site.signedIn('mary')]
      const [root] = await site.write('susan', ['Heron?'])
      const reply = async (browser: Browser, to: number, body: string) =>
        Number((await browser.post(`/posts/${to}/replies`, { body })).location?.split('-').at(-1))
      const first = await reply(john, Number(root), 'Heron! one')
      await reply(mary, first, 'heron two')
      await reply(john, first, 'heron three')
      await john.post(`/posts/${first}`, { body: 'Heron one', language: 'en' })
      const found = async (query: string) => bodies(await visitor().get(pathOf(query)))
      const asked = async () => {
        assert.deepEqual(await found('heron is:reply'), ['heron three', 'heron two', 'Heron one'])
        assert.deepEqual(await found('heron to:susan'), ['heron three', 'Heron one'])
        assert.deepEqual(await found('to:@John'), ['heron two'])
        assert.deepEqual(await found('to:susan to:john from:mary'), ['heron two'])
        assert.deepEqual(await found('to:nobody_at_all heron'), [])
        assert.deepEqual(await found('is:reply from:mary'), ['heron two'])
        assert.deepEqual(people(await visitor().get(pathOf('is:reply'))), [])
      }
      await asked()
      await rebuildIndex({ db: site.app.db, transaction: site.app.db.transaction })
      await asked()
      const david = await site.signedIn('david')
      const toJohn = async () => bodies(await david.get(pathOf('to:john')))
      assert.deepEqual(await toJohn(), ['heron two'])
      await john.post('/@david/block')
      assert.deepEqual(await toJohn(), [], 'which would tell whose post it is that david does not see')
      await john.post('/@david/block/delete')
      await (await site.signedIn('susan')).post(`/posts/${root}/delete`)
      for (const id of [first]) await john.post(`/posts/${id}/delete`)
    })

    it('knows which posts have pictures, also after an edit and a rebuild', async () => {
      const picture = { upload: await photo(8, 8), alt: 'not a word of the post' }
      const pictures = [picture]
      const userId = site.ids.mary
      const id = await publishPictures(site.app, { userId, body: 'Kittiwake seen', pictures })
      const wordless = await publishPictures(site.app, { userId, body: '', pictures })
      const [heard] = await site.write('mary', ['Kittiwake heard'])
      const mary = await site.signedIn('mary')
      await mary.post(`/posts/${id}`, { body: 'Kittiwake drawn', language: 'en' })
      const found = async (query: string) =>
        (await visitor().get(pathOf(query))).page.querySelectorAll('.post').map(post => post.id)
      const asked = async () => {
        assert.deepEqual(await found('kittiwake has:image'), [`post-${id}`])
        assert.deepEqual(await found('has:image from:mary'), [`post-${wordless}`, `post-${id}`])
        assert.deepEqual(await found('has:image from:john'), [])
      }
      await asked()
      await rebuildIndex({ db: site.app.db, transaction: site.app.db.transaction })
      await asked()
      const { key } = await storeImage(site.app, { userId, ...picture, purpose: 'post' })
      const body = { language: 'en', body: 'Kittiwake heard' }
      await mary.post(`/posts/${heard}`, { ...body, images: key })
      assert.deepEqual(await found('kittiwake has:image'), [`post-${id}`, `post-${heard}`])
      await mary.post(`/posts/${heard}`, { ...body, images: '' })
      await asked()
      for (const each of [id, wordless, heard]) await mary.post(`/posts/${each}/delete`)
      assert.deepEqual(await found('has:image'), [])
    })

    it('holds nothing of a transaction that failed', async () => {
      await assert.rejects(
        site.app.db.transaction(async tx => {
          const row = { userId: site.ids.susan, body: 'Phantom', entities: [], createdAt: new Date() }
          const [post] = await tx.insert(posts).values(row).returning()
          await indexPosts(tx, [post as typeof posts.$inferSelect])
          throw new Error('no')
        }),
      )
      assert.deepEqual(bodies(await visitor().get(pathOf('phantom'))), [])
    })

    it('shows nobody the posts of those whom they are apart from, or of a closed account', async () => {
      await site.app.db.transaction(tx => block(tx, site.ids.david, site.ids.susan))
      const seen = async (browser: Browser) => bodies(await browser.get(pathOf('lodz'))).length
      const david = await site.signedIn('david')
      const his = bodies(await david.get(pathOf('"morning fog"')))
      assert.deepEqual([await seen(susan), await seen(visitor()), his], [0, 1, []])
      assert.deepEqual(people(await susan.get(pathOf('david'))), [])
      const close = (closedAt: Date | null) =>
        site.app.db.transaction(
          async tx => void (await tx.update(users).set({ closedAt }).where(eq(users.id, site.ids.mary))),
        )
      await close(new Date())
      assert.deepEqual(bodies(await visitor().get(pathOf('fog'))), [fog2, fog1])
      assert.deepEqual(bodies(await visitor().get(pathOf('cafe'))), [])
      assert.deepEqual(people(await visitor().get(pathOf('mary'))), [])
      await close(null)
    })
  })

  describe('pages', () => {
    const moment = new Date(Date.now() - 7_200_000)
    const numbers = (answer: Answer) => bodies(answer).map(body => Number(body.split(' ')[1]))
    before(async () => {
      // Half of them at the same millisecond.
      for (let n = 0; n < 30; n++) await site.write('mary', [`zebra ${n}`], moment)
      for (let n = 30; n < 60; n++) await site.write('mary', [`zebra ${n}`], new Date(moment.getTime() + n))
    })
    const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, n) => from - n)

    it('turn without skipping or repeating, also among posts of one moment, while others arrive', async () => {
      const first = await visitor().get(pathOf('zebra'))
      assert.deepEqual(numbers(first), down(59, 35))
      await site.write('mary', ['zebra 60'])
      const second = await visitor().get(linkTo(first, 'next') as string)
      assert.deepEqual(numbers(second), down(34, 10))
      const third = await visitor().get(linkTo(second, 'next') as string)
      assert.deepEqual(numbers(third), down(9, 0))
      assert.equal(linkTo(third, 'next'), undefined)
      const back = await visitor().get(linkTo(third, 'prev') as string)
      assert.deepEqual(numbers(back), down(34, 10))
      const top = await visitor().get(linkTo(back, 'prev') as string)
      assert.deepEqual(numbers(top), down(59, 35))
      assert.deepEqual(numbers(await visitor().get(linkTo(top, 'prev') as string)), [60])
    })

    it('keep the query, and lead back from where nothing is', async () => {
      const answer = await visitor().get(pathOf('zeb* from:mary'))
      assert.match(linkTo(answer, 'next') ?? '', /^\/search\?q=zeb\*\+from%3Amary&before=\d+-\d+$/)
      assert.equal((await visitor().get(pathOf('zebra', '&before=1-1'))).location, '/search?q=zebra')
      for (const at of ['9999999999999-999999999999999', '0-0'])
        assert.ok([200, 303].includes((await visitor().get(pathOf('zebra', `&before=${at}`))).status))
      assert.equal((await visitor().get(pathOf('zebra', '&before=x'))).status, 400)
    })
  })

  describe('people', () => {
    before(() =>
      site.app.db.transaction(
        async tx => void (await tx.update(users).set({ about: 'hm' }).where(eq(users.id, 1))),
      ),
    )

    it('are found by the beginnings of their names, whatever the case, above the newest posts', async () => {
      await susan.post('/settings/profile', { displayName: 'Süsan Lindqvist-Øre', about: '' })
      for (const query of ['sus', 'SUSAN', '@susan', 'lindq', 'lindqvist sus', 'ore'])
        assert.deepEqual(people(await visitor().get(pathOf(query))), ['/@susan'], query)
      await susan.post('/settings/profile', { displayName: 'Somebody Else', about: '' })
      assert.deepEqual(people(await visitor().get(pathOf('lindqvist'))), [])
      assert.deepEqual(people(await visitor().get(pathOf('else'))), ['/@susan'])
      for (const query of ['from:susan', '#susan'])
        assert.deepEqual(people(await visitor().get(pathOf(query))), [])
      assert.deepEqual(people(await visitor().get(pathOf('zebra', `&before=${Date.now()}-1`))), [])
    })

    it('who sign up are there at once; whose name it is exactly comes first; all of them are a page away', async () => {
      for (const name of ['ann', ...Array.from({ length: 30 }, (_, n) => `anna_${n}`), 'joanna']) {
        const form = { username: name, email: `${name}@example.com`, password: 'tea at the harbour' }
        assert.equal((await visitor().post('/sign-up', form)).status, 303)
      }
      const answer = await visitor().get(pathOf('ann'))
      assert.deepEqual(people(answer), ['/@ann', '/@anna_29', '/@anna_28'])
      const all = await visitor().get(String(answer.page.querySelector('.more a')?.getAttribute('href')))
      assert.equal(people(all).length, 25)
      const rest = await visitor().get(String(linkTo(all, 'next')))
      assert.equal(people(rest).length, 6)
      assert.equal(new Set([...people(all), ...people(rest)]).size, 31)
      assert.equal(linkTo(rest, 'next'), undefined)
      assert.equal(people(await visitor().get(String(linkTo(rest, 'prev')))).length, 25)
    })

    it('can be followed from there, and one comes back', async () => {
      const { page } = await susan.get('/search/results?q=joann')
      const form = page.querySelector('form[action="/@joanna/follow"]')
      assert.equal(form?.querySelector('input[name=next]')?.getAttribute('value'), '/search?q=joann*')
      assert.equal(
        (await susan.post('/@joanna/follow', { next: '/search?q=joann*' })).location,
        '/search?q=joann*',
      )
    })
  })

  describe('anything', () => {
    const hostile = [
      '"',
      '*',
      '"*',
      '* *',
      'NEAR(',
      'NEAR(a b, 3)',
      'a AND',
      'OR',
      'NOT x',
      '-',
      '-fog',
      ':',
      'words:fog',
      '^fog',
      '+fog',
      'fog + tea',
      '(',
      '()',
      "'",
      "''",
      "fog' & 'x",
      'fog:*',
      'fog | tea',
      '<->',
      '!fog',
      '\\',
      '\0',
      'a\0b',
      '%',
      '%00',
      '🎉',
      '🎉🎉🎉',
      '...',
      '\u0301',
      '\u202e',
      '\ud800',
      'from:',
      'from:"',
      'from:*',
      "from:a'b",
      '#',
      '##',
      '#*',
      '@',
      '@@x',
      '"fog" "',
      '"fog"fog"',
      ' ',
      '\t\n',
      'x'.repeat(10_000),
      '"'.repeat(5_000),
      'fog '.repeat(2_500),
      Array.from({ length: 500 }, (_, n) => `word${n}`).join(' '),
      Array.from({ length: 20 }, (_, n) => `${n}*`).join(' '),
      '今'.repeat(500),
      '<script>alert(1)</script>',
      '${1}',
      '<%= 1 %>',
      '{query}',
      "it's",
    ]
    for (const query of hostile) {
      it(`is answered: ${JSON.stringify(query.slice(0, 20))}`, async () => {
        for (const path of [
          '/search',
          '/search/results',
          '/search/brief',
          '/search/people',
          '/search?order=best&x=',
        ]) {
          const url = `${path}${path.includes('?') ? '&' : '?'}q=${encodeURIComponent(query.toWellFormed())}`
          const { status, text } = await susan.get(url)
          assert.ok(status === 200 || (path === '/search/people' && status === 303), `${path}: ${status}`)
          assert.ok(!text.includes('<script>alert'))
        }
      })
    }

    it('is answered, however it was sent', async () => {
      for (const path of [
        '/search?q',
        '/search?q=',
        '/search?q=a&q=fog',
        '/search?q[]=fog',
        '/search?q=%ff%fe',
        '/search?q=%',
        '/search?order=best',
        '/search?q=fog&order=a&order=b',
      ])
        assert.equal((await visitor().get(path)).status, 200, path)
    })

    it('says what one can ask for where nothing is asked, and in words that it was too much', async () => {
      const { page } = await visitor().get('/search')
      assert.deepEqual(tipsOf(page), [
        '/search?q=morning%20fog',
        '/search?q=%22morning%20fog%22',
        '/search?q=izm*',
        '/search?q=%23izmir',
        '/search?q=from%3Ajohn',
      ])
      assert.match(page.querySelector('.tips p')?.text ?? '', /is:reply .*to:john /)
      for (const tip of tipsOf(page)) assert.notDeepEqual(bodies(await visitor().get(tip)), [], tip)
      assert.equal(tipsOf((await susan.get('/search')).page).at(-1), '/search?q=from%3Asusan')
      assert.equal(page.querySelector('meta[name=robots]')?.getAttribute('content'), 'noindex')
      assert.equal((await visitor().get('/search?q=%22')).page.querySelectorAll('main .syntax').length, 1)
      assert.equal((await visitor().get('/search/results?q=')).page.querySelectorAll('.tips').length, 1)
      const many = await visitor().get(pathOf('fog '.repeat(2_500)))
      assert.match(many.page.querySelector('.notice')?.text ?? '', /Only the first words/)
    })

    it('has tips beside its results, and popular tags, but no tips twice', async () => {
      for (const path of [pathOf('fog'), pathOf('nobody-has-written'), '/search/people?q=j']) {
        const { page } = await susan.get(path)
        assert.equal(page.querySelectorAll('aside .tips').length, 1, path)
        assert.equal(page.querySelector('main .tips'), null, path)
        assert.ok(page.querySelector('aside .tags'), path)
      }
      const { page } = await susan.get('/search')
      assert.equal(page.querySelectorAll('.tips').length, 1)
      assert.equal(page.querySelector('aside .tips'), null)
    })

    it('has general tips where nobody has written anything', async () => {
      const empty = await openSite()
      const { page } = await empty.visitor().get('/search')
      assert.deepEqual(tipsOf(page).slice(2), ['/search?q=har*', '/search?q=%23tea'])
      await empty.close()
    })

    it('has its box in the sidebar, which leads here without a script', async () => {
      for (const path of ['/', '/explore', '/@susan']) {
        const form = (await susan.get(path)).page.querySelector('aside form[role=search]')
        assert.equal(form?.getAttribute('action'), '/search')
        assert.ok(form?.querySelector('input[type=search][name=q]'))
      }
      assert.equal((await susan.get('/search')).page.querySelectorAll('form[role=search]').length, 1)
    })

    it('takes few statements', async () => {
      const ours = () => site.statements.filter(sql => !/rate_limits|"sessions"/.test(sql))
      const budget: [string, number][] = [
        // The popular tags, which are kept for some seconds.
        ['/search', 1],
        [pathOf('fog'), 2],
        [pathOf('from:susan fog'), 2],
        [pathOf('nobody-has-written'), 3],
        [pathOf('fog', '&order=best'), 2],
        ['/search/brief?q=fog', 2],
        ['/search/people?q=a', 1],
      ]
      for (const [path, most] of budget) {
        site.statements.length = 0
        await susan.get(path)
        assert.ok(ours().length <= most, `${path}: ${ours().join('\n')}`)
      }
    })
  })

  describe('much', () => {
    it('is limited, and the page says when to go on', async () => {
      const limited = await openSite({ RATE_LIMITS: 'on' })
      const john = await limited.signedIn('john')
      let status = 200
      for (let n = 0; n < 70 && status === 200; n++) ({ status } = await john.get('/search?q=fog'))
      assert.equal(status, 429)
      assert.equal((await john.get('/search')).status, 200, 'the page that asks for nothing costs nothing')
      await limited.close()
    })
  })

  it('deleting nothing forgets nothing', async () => {
    assert.equal(await site.app.db.transaction(tx => deletePost(tx, { id: 999_999, userId: 1 })), false)
  })
})
