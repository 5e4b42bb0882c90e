import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import { parse } from 'node-html-parser'
import { root } from '../config.ts'
import {
  bookmarks,
  conversations,
  exportParts,
  exports,
  follows,
  images,
  jobs,
  likes,
  notifications,
  posts,
  postVersions,
  reposts,
  sessions,
  threadMutes,
  users,
} from '../database/schema.ts'
import { asc, desc, eq } from '../database/sql.ts'
import { follow } from '../follows/queries.ts'
import { fileKey, type Image } from '../images/queries.ts'
import { storeImage } from '../images/storing.ts'
import { scheduleCleanup } from '../jobs/cleanup.ts'
import { sendMessage } from '../messages/sending-queries.ts'
import { StorageUnavailable } from '../storage/storage.ts'
import type { Browser } from '../testing/browser.ts'
import { eventually } from '../testing/eventually.ts'
import { openMailbox } from '../testing/mailbox.ts'
import { photo } from '../testing/pictures.ts'
import { endProcess, startProcess } from '../testing/process.ts'
import { type Name, openSite, password, type Site } from '../testing/site.ts'
import { unzip, unzipBytes } from '../testing/unzip.ts'

type Row = Record<string, unknown>

describe('exporting one’s data', () => {
  let site: Site
  let susan: Browser
  let address: string
  before(async () => {
    site = await openSite({ SITE_NAME: 'Harbour', PUBLIC_URL: 'https://harbour.example' })
    address = await site.app.listen({ host: '127.0.0.1', port: 0 })
    susan = await site.signedIn('susan')
  })
  beforeEach(() =>
    site.app.db.transaction(async tx => {
      for (const table of [exports, jobs, posts, follows, conversations, threadMutes]) await tx.delete(table)
    }),
  )
  after(() => site.close())

  const stored = () => site.app.db.select().from(exports).orderBy(asc(exports.id))
  const parts = () => site.app.db.$count(exportParts)
  const cookieOf = ({ cookies }: Browser) =>
    [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const link = async () =>
    (await susan.get('/settings/data')).page.querySelector('main a[href^="/exports/"]')?.getAttribute('href')

  async function fetchExport(url: string, browser = susan) {
    const answer = await site.app.inject({ url, headers: { cookie: cookieOf(browser), accept: 'text/html' } })
    return { status: answer.statusCode, headers: answer.headers, bytes: answer.rawPayload }
  }
  /** Makes an export and answers its files. */
  async function exported(): Promise<Map<string, string>> {
    assert.equal((await susan.post('/exports')).status, 303)
    await site.workJobs()
    return unzip((await fetchExport(String(await link()))).bytes)
  }
  const rows = (files: Map<string, string>, name: string) => JSON.parse(files.get(name) ?? '') as Row[]
  const message = (from: Name, to: Name, body: string) =>
    site.app.db.transaction(tx =>
      sendMessage(tx, { senderId: site.ids[from], to, body, language: 'en', submission: null }, new Date()),
    )

  it('asks for the password unless it was typed lately', async () => {
    const mary = await site.signedIn('mary')
    await site.app.db.transaction(tx =>
      tx.update(sessions).set({ confirmedAt: null }).where(eq(sessions.userId, site.ids.mary)),
    )
    const field = '#current_password[type=password]'
    assert.ok((await mary.get('/settings/data')).page.querySelector(`form[action="/exports"] ${field}`))
    for (const [typed, sentence] of [
      ['', /Enter your password/],
      ['wrong', /Wrong password/],
      ['x'.repeat(1_001), /Wrong password/],
    ] as const) {
      const refused = await mary.post('/exports', { current_password: typed })
      assert.equal(refused.status, 422)
      assert.match(refused.page.querySelector('#current_password-error')?.text ?? '', sentence)
    }
    assert.deepEqual(await stored(), [])
    assert.equal((await mary.post('/exports', { current_password: password })).status, 303)
    assert.equal((await stored()).length, 1)
    assert.equal((await mary.get('/settings/data')).page.querySelector(field), null)
  })

  it('is offered in the settings, made by a job, and can be fetched when it is ready', async () => {
    const answer = await susan.post('/exports')
    assert.equal(answer.location, '/settings/data')
    const making = await susan.follow(answer)
    assert.ok(making.page.querySelector('main progress'))
    assert.ok(making.page.querySelector('main noscript a[href="/settings/data"]'))
    assert.equal(making.page.querySelector('main form[action="/exports"]'), null, 'one at a time')
    await site.workJobs()
    const ready = await susan.get('/settings/data')
    assert.equal(ready.page.querySelector('main progress'), null)
    const { status, headers, bytes } = await fetchExport(String(await link()))
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'application/zip')
    assert.match(
      String(headers['content-disposition']),
      /^attachment; filename="susan-\d{4}-\d\d-\d\d\.zip"$/,
    )
    assert.equal(headers['content-length'], String(bytes.length))
    assert.match(String(headers['cache-control']), /no-store/)
    assert.equal(bytes.length, (await stored())[0]?.size)
  })

  it('has everything of theirs, as JSON', async () => {
    const [first] = await site.write('susan', ['Hello @john #Tea https://example.org/a?b=c', 'Second'])
    await site.write('john', ['not hers'])
    await susan.post(`/posts/${first}`, {
      body: 'Hello again @john #Tea https://example.org/a?b=c',
      language: 'de',
    })
    await site.app.db.transaction(async tx => {
      await follow(tx, site.ids.john, site.ids.susan)
      await follow(tx, site.ids.mary, site.ids.susan)
      await follow(tx, site.ids.susan, site.ids.david)
    })
    await message('susan', 'john', 'to john')
    await message('john', 'susan', 'to susan')
    await message('mary', 'susan', 'from mary')
    await message('john', 'david', 'none of her business')
    const files = await exported()
    const profile = JSON.parse(files.get('profile.json') ?? '') as Row
    assert.equal(profile['username'], 'susan')
    assert.equal(profile['email'], 'susan@example.com')
    assert.deepEqual(profile['site'], { name: 'Harbour', url: 'https://harbour.example' })
    assert.deepEqual(profile['counts'], {
      posts: 2,
      versions: 1,
      likes: 0,
      reposts: 0,
      bookmarks: 0,
      mutes: 0,
      followers: 2,
      following: 1,
      messages: 3,
      pictures: 0,
    })
    const [second, hello] = rows(files, 'posts.json')
    assert.equal(second?.['body'], 'Second')
    assert.equal(second?.['edited_at'], null)
    assert.equal(hello?.['url'], `https://harbour.example/posts/${first}`)
    assert.equal(hello?.['language'], 'de')
    assert.match(String(hello?.['edited_at']), /Z$/)
    assert.deepEqual(hello?.['mentions'], ['john'])
    assert.deepEqual(hello?.['hashtags'], ['tea'])
    assert.deepEqual(hello?.['links'], ['https://example.org/a?b=c'])
    const names = (file: string) => rows(files, file).map(({ username }) => username)
    assert.deepEqual(names('followers.json').toSorted(), ['john', 'mary'])
    assert.deepEqual(names('following.json'), ['david'])
    assert.deepEqual(
      rows(files, 'messages.json').map(row => [row['with'], row['from'], row['body']]),
      [
        ['john', 'susan', 'to john'],
        ['john', 'john', 'to susan'],
        ['mary', 'mary', 'from mary'],
      ],
    )
  })

  it('says what a post answers, as far as they can see it', async () => {
    const [mine] = (await site.write('susan', ['Mine'])) as [number]
    const [johns, marys, davids] = (
      await Promise.all((['john', 'mary', 'david'] as const).map(name => site.write(name, [`By ${name}`])))
    ).flat() as [number, number, number]
    for (const id of [mine, johns, marys, davids])
      assert.equal((await susan.post(`/posts/${id}/replies`, { body: `To ${id}` })).status, 303)
    await (await site.signedIn('mary')).post('/@susan/block')
    await (await site.signedIn('david')).post(`/posts/${davids}/delete`)
    const files = await exported()
    const own = rows(files, 'posts.json').toReversed()
    const answered = own.map(row => [row['parent_id'], row['parent_url'], row['parent_username']])
    const url = (id: number) => `https://harbour.example/posts/${id}`
    assert.deepEqual(answered, [
      [null, null, null],
      [mine, url(mine), 'susan'],
      [johns, url(johns), 'john'],
      [marys, url(marys), null],
      [davids, url(davids), null],
    ])
    const page = parse(files.get('posts-1.html') ?? '')
    assert.match(page.querySelector(`a[href="${url(johns)}"]`)?.text ?? '', /^Replying to .?john.?$/)
    assert.doesNotMatch(page.text, /By (john|mary|david)/)
    await (await site.signedIn('mary')).post('/@susan/block/delete')
  })

  it('has what they did with posts that they see, and what their posts quote and said before', async () => {
    const [own] = (await site.write('susan', ['Mine'])) as [number]
    const [johns, marys, davids] = (
      await Promise.all((['john', 'mary', 'david'] as const).map(name => site.write(name, [`By ${name}`])))
    ).flat() as [number, number, number]
    const quoting = (await site.write('susan', ['Look', 'Look there'])) as [number, number]
    const at = (minute: number) => new Date(now - 3_600_000 + minute * 60_000)
    const now = Date.now()
    const marks = [own, johns, marys, davids].map((postId, minute) => ({ postId, createdAt: at(minute) }))
    const marked = marks.map(mark => ({ ...mark, userId: site.ids.susan }))
    await site.app.db.transaction(async tx => {
      for (const table of [likes, reposts, bookmarks]) await tx.insert(table).values(marked)
      await tx.update(posts).set({ likeCount: 1, repostCount: 1 })
      // Somebody else's are not hers.
      await tx.insert(likes).values({ userId: site.ids.john, postId: davids })
      await tx.insert(threadMutes).values([
        { userId: site.ids.susan, rootId: marys, createdAt: at(1) },
        { userId: site.ids.john, rootId: johns },
      ])
      const version = {
        body: 'Lock',
        entities: [],
        language: 'en',
        contentWarning: 'Doors',
        createdAt: at(0),
      }
      await tx.insert(postVersions).values([
        { ...version, postId: quoting[0] },
        { ...version, postId: johns, body: 'not hers' },
      ])
      const change = { quotedId: johns, pinnedAt: at(2), contentWarning: 'Sea <shanty>' }
      await tx.update(posts).set(change).where(eq(posts.id, quoting[0]))
      await tx.update(posts).set({ quotedId: marys }).where(eq(posts.id, quoting[1]))
      await tx.update(users).set({ closedAt: new Date() }).where(eq(users.id, site.ids.david))
    })
    assert.equal((await (await site.signedIn('mary')).post('/@susan/block')).status, 303)
    // As a race, or a restored backup, would leave it.
    await site.app.db.transaction(async tx => {
      for (const table of [likes, reposts, bookmarks])
        await tx.insert(table).values({ userId: site.ids.susan, postId: marys }).onConflictDoNothing()
    })
    const files = await exported()
    for (const list of ['likes.json', 'reposts.json', 'bookmarks.json'])
      assert.deepEqual(
        rows(files, list).map(row => [row['post_url'], row['username'], row['since']]),
        [
          [`https://harbour.example/posts/${johns}`, 'john', at(1).toISOString()],
          [`https://harbour.example/posts/${own}`, 'susan', at(0).toISOString()],
        ],
        list,
      )
    assert.deepEqual(
      rows(files, 'mutes.json').map(row => row['post_id']),
      [marys],
    )
    const [before, ...others] = rows(files, 'versions.json')
    assert.deepEqual(
      [before?.['post_id'], before?.['body'], before?.['content_warning'], others.length],
      [quoting[0], 'Lock', 'Doors', 0],
    )
    const quotes = rows(files, 'posts.json').filter(row => row['quoted_id'] ?? row['quoted_url'])
    assert.deepEqual(
      quotes.map(row => [row['id'], row['quoted_url'], row['quoted_username'], row['pinned_at']]),
      [[quoting[0], `https://harbour.example/posts/${johns}`, 'john', at(2).toISOString()]],
      'nothing of a person in a block',
    )
    const page = (name: string) => parse(files.get(`${name}-1.html`) ?? '')
    const folded = page('posts').querySelector('details')
    assert.equal(folded?.querySelector('summary')?.text.trim(), 'Sea <shanty>')
    assert.equal(folded?.querySelector('.content')?.text, 'Look')
    assert.match(page('posts').text, /Quoted post by .?john[^]* · pinned/)
    assert.match(page('versions').querySelector('details')?.text ?? '', /Doors[^]*Lock/)
    for (const name of ['likes', 'reposts', 'bookmarks'] as const) {
      const people = page(name).querySelectorAll('article a[href*="/@"]')
      assert.deepEqual(
        people.map(({ text }) => text),
        ['@john', '@susan'],
      )
    }
    const everything = [...files.entries()].filter(([name]) => !name.startsWith('messages'))
    for (const [name, text] of everything)
      assert.doesNotMatch(text.replaceAll(/@mary|By mary/g, 'MARY'), /MARY|By (john|david)|not hers/, name)
    await (await site.signedIn('mary')).post('/@susan/block/delete')
    await site.app.db.transaction(tx =>
      tx.update(users).set({ closedAt: null }).where(eq(users.id, site.ids.david)),
    )
  })

  it('has their pictures, described, and waits for a storage that is away', async () => {
    const [id, wordless] = (await site.write('susan', ['Look', 'Nothing said'])) as [number, number]
    const [johns] = (await site.write('john', ['His'])) as [number]
    const upload = await photo(500, 20)
    const store = (purpose: 'post' | 'avatar' | 'banner', alt = '', name: Name = 'susan') =>
      storeImage(site.app, { userId: site.ids[name], upload, purpose, alt })
    const [first, second, third] = [
      await store('post', 'A "<b>" 🎈'),
      await store('post'),
      await store('post'),
    ]
    const [avatar, banner, unpublished, his, old] = [
      await store('avatar'),
      await store('banner'),
      await store('post', 'not published'),
      await store('post', 'his', 'john'),
      await store('avatar', 'replaced'),
    ]
    await site.app.db.transaction(async tx => {
      const place = (image: Image, postId: number, position: number) =>
        tx.update(images).set({ postId, position }).where(eq(images.id, image.id))
      await place(first, id, 1)
      await place(second, id, 2)
      await place(third, wordless, 1)
      await place(his, johns, 1)
      await tx.update(posts).set({ imageCount: 1 })
      await tx.update(posts).set({ body: '' }).where(eq(posts.id, wordless))
      const profile = { avatar: avatar.key, banner: banner.key }
      await tx.update(users).set(profile).where(eq(users.id, site.ids.susan))
    })
    await site.app.storage.delete([fileKey(third.key, 500)])
    const file = ({ key }: Image) => `pictures/${key}.webp`
    assert.equal((await susan.post('/exports')).status, 303)
    await site.workJobs()
    const bytes = await unzipBytes((await fetchExport(String(await link()))).bytes)
    const held = [...bytes.keys()].filter(name => name.startsWith('pictures/'))
    assert.deepEqual(held.toSorted(), [first, second, avatar, banner].map(file).toSorted())
    for (const image of [first, second, avatar, banner]) {
      const largest = image.files.at(-1)
      const digest = createHash('sha256')
        .update(bytes.get(file(image)) ?? '')
        .digest('hex')
      assert.equal(digest, largest?.sha256)
    }
    const files = new Map([...bytes].map(([name, content]) => [name, String(content)]))
    const profile = JSON.parse(files.get('profile.json') ?? '') as Row
    assert.deepEqual([profile['avatar'], profile['banner']], [file(avatar), file(banner)])
    assert.equal((profile['counts'] as Row)['pictures'], 5)
    const described = { file: file(first), alt: 'A "<b>" 🎈', width: 500, height: 20 }
    assert.deepEqual(
      rows(files, 'posts.json').map(row => row['images']),
      [[{ ...described, file: null, alt: '' }], [described, { ...described, file: file(second), alt: '' }]],
    )
    const page = parse(files.get('posts-1.html') ?? '')
    const shown = page.querySelectorAll('figure img')
    assert.deepEqual(
      shown.map(image => [image.getAttribute('src'), image.getAttribute('alt')]),
      [
        [file(first), 'A "<b>" 🎈'],
        [file(second), ''],
      ],
    )
    assert.equal(page.querySelector('figcaption')?.text, 'A "<b>" 🎈')
    assert.deepEqual(
      parse(files.get('index.html') ?? '')
        .querySelectorAll('img')
        .map(image => image.getAttribute('src')),
      [file(banner), file(avatar)],
    )
    for (const { key } of [unpublished, his, old]) assert.ok(![...files.values()].join('').includes(key))
    const { get } = site.app.storage
    site.app.storage.get = () => Promise.reject(new StorageUnavailable('away'))
    assert.equal((await susan.post('/exports')).status, 303)
    await site.workJobs().catch(() => {})
    site.app.storage.get = get
    const [attempted] = await site.app.db
      .select()
      .from(jobs)
      .where(eq(jobs.name, 'exports.make'))
      .orderBy(desc(jobs.id))
    assert.deepEqual([attempted?.state, attempted?.attempts], ['waiting', 1], 'it is tried again')
    await site.app.db.transaction(tx => tx.update(users).set({ avatar: null, banner: null }))
  })

  it('has nothing private of anybody else’s, no password and no token', async () => {
    await message('john', 'susan', 'hello')
    await site.app.db.transaction(tx => follow(tx, site.ids.john, site.ids.susan))
    const everything = [...(await exported()).values()].join('\n')
    for (const { username, email, passwordHash } of await site.app.db.select().from(users)) {
      assert.equal(everything.includes(email), username === 'susan', email)
      assert.ok(!everything.includes(passwordHash))
    }
    assert.doesNotMatch(everything, /argon2|token/i)
    assert.ok(!everything.includes(cookieOf(susan).split('=')[1] as string))
    assert.ok(!everything.includes('none of her business'))
  })

  it('shows it all offline: pages that need nothing but each other', async () => {
    const written = await site.write(
      'susan',
      Array.from({ length: 1_001 }, (_, n) => `post ${n}`),
    )
    const liked = written.map((postId, n) => ({ postId, userId: site.ids.susan, createdAt: new Date(n) }))
    await site.app.db.transaction(async tx => {
      await follow(tx, site.ids.john, site.ids.susan)
      await tx.insert(likes).values(liked)
    })
    site.statements.length = 0
    const files = await exported()
    const pages = site.statements.filter(text => /from "likes" inner join/.test(text))
    assert.equal(pages.length, 4, 'two pages, for programs and for people')
    assert.deepEqual(
      rows(files, 'likes.json').map(row => row['post_id']),
      written.toReversed(),
    )
    const shown: string[] = []
    for (const [name, text] of files) {
      if (!name.endsWith('.html')) continue
      const page = parse(text)
      assert.equal(page.querySelector('script, img, link[rel=stylesheet], iframe'), null, name)
      for (const anchor of page.querySelectorAll('a[href]')) {
        const href = String(anchor.getAttribute('href'))
        assert.ok(/^https?:\/\//.test(href) || files.has(href), `${name} leads to ${href}`)
      }
      if (name.startsWith('posts-')) shown.push(...page.querySelectorAll('.content').map(({ text }) => text))
    }
    assert.deepEqual(
      shown,
      Array.from({ length: 1_001 }, (_, n) => `post ${1_000 - n}`),
    )
    assert.deepEqual(
      [...files.keys()].filter(name => name.startsWith('posts-')),
      ['posts-1.html', 'posts-2.html'],
    )
    const index = parse(files.get('index.html') ?? '')
    assert.match(index.text, /susan@example\.com/)
    assert.ok(index.querySelector('a[href="posts-1.html"]'))
    assert.match(parse(files.get('followers-1.html') ?? '').text, /@john/)
    assert.match(parse(files.get('following-1.html') ?? '').text, /Nothing here/)
  })

  it('keeps awkward words as they are, and harmless', async () => {
    const awkward = [
      '😀 👨‍👩‍👧‍👦 e\u0301',
      'مرحبا שלום \u202eevil\u202c',
      '</script><script>alert(1)</script><img src=x onerror=alert(1)>',
      'tab\tbell\u0007escape\u001b[31m line\u2028separator "quotes" \\ back',
      '<%= it.profile %> {{x}} %s',
      'https://example.org/"><b>',
    ]
    const [id] = await site.write('susan', awkward)
    const entities = [{ kind: 'link' as const, start: 0, end: 2, href: 'javascript:alert(1)' }]
    await site.app.db.transaction(async tx => {
      await tx
        .update(posts)
        .set({ entities })
        .where(eq(posts.id, Number(id)))
      await tx.update(users).set({ displayName: '<b>John</b>"' }).where(eq(users.id, site.ids.john))
      await follow(tx, site.ids.john, site.ids.susan)
    })
    const files = await exported()
    assert.deepEqual(
      rows(files, 'posts.json').map(({ body }) => body),
      awkward.toReversed(),
    )
    const page = parse(files.get('posts-1.html') ?? '')
    assert.deepEqual(
      page.querySelectorAll('.content').map(({ text }) => text),
      awkward.toReversed(),
    )
    assert.equal(page.querySelector('.content script, .content img, .content b'), null)
    assert.ok(!files.get('posts-1.html')?.includes('javascript:'))
    assert.equal(parse(files.get('followers-1.html') ?? '').querySelector('article b b'), null)
    assert.equal(rows(files, 'followers.json')[0]?.['display_name'], '<b>John</b>"')
  })

  it('says what every field means, in both languages', async () => {
    const [postId] = (await site.write('susan', ['words'])) as [number]
    await message('susan', 'john', 'words')
    const [mark, createdAt] = [{ postId, userId: site.ids.susan }, new Date()]
    await site.app.db.transaction(async tx => {
      await follow(tx, site.ids.john, site.ids.susan)
      await follow(tx, site.ids.susan, site.ids.john)
      for (const table of [likes, reposts, bookmarks]) await tx.insert(table).values(mark)
      await tx.insert(threadMutes).values({ userId: site.ids.susan, rootId: postId })
      await tx.insert(postVersions).values({ postId, body: 'word', entities: [], createdAt })
    })
    for (const [language, heading] of [
      ['en', 'What is in this export'],
      ['es', 'Qué hay en esta exportación'],
    ] as const) {
      await susan.post('/settings/language', { language })
      const files = await exported()
      const description = files.get('format.md') ?? ''
      assert.ok(description.includes(heading))
      assert.ok(files.get('index.html')?.includes(`lang="${language}"`))
      for (const [name, text] of files) {
        if (!name.endsWith('.json')) continue
        const [row] = [JSON.parse(text) as Row | Row[]].flat()
        assert.ok(row, `${name} has a row`)
        const section = description
          .split(/^## /m)
          .find(section => section.startsWith(name) || section.includes(` ${name}`))
        for (const field of Object.keys(row ?? {}))
          assert.ok(section?.includes(`\`${field}\``), `${language}: ${name}: ${field}`)
      }
    }
    await susan.post('/settings/language', { language: 'en' })
  })

  it('is its owner’s alone', async () => {
    await exported()
    const url = String(await link())
    const john = await site.signedIn('john')
    assert.equal((await fetchExport(url, john)).status, 404)
    assert.equal((await john.ask({ method: 'HEAD', url })).status, 404)
    assert.equal((await john.post(`${url}/delete`)).status, 303)
    assert.equal((await stored()).length, 1)
    assert.equal((await john.get('/settings/data')).page.querySelector('a[href^="/exports/"]'), null)
    const visitor = site.visitor()
    for (const path of [url, '/settings/data', '/exports/fragment'])
      assert.match(String((await visitor.get(path)).location), /^\/sign-in\?next=/)
    for (const path of ['/exports', `${url}/delete`]) assert.equal((await visitor.post(path)).status, 401)
    assert.equal((await visitor.ask({ method: 'HEAD', url })).status, 303)
    for (const id of ['0', '-1', 'x', '1.5', '9007199254740993', '%00'])
      assert.equal((await susan.get(`/exports/${id}`)).status, 404, id)
  })

  it('comes over a real connection with its length, and HEAD tells it', async () => {
    await exported()
    const url = address + String(await link())
    const headers = { cookie: cookieOf(susan) }
    const head = await fetch(url, { method: 'HEAD', headers })
    assert.equal(head.status, 200)
    const answer = await fetch(url, { headers })
    const bytes = Buffer.from(await answer.arrayBuffer())
    assert.ok(unzip(bytes))
    for (const name of ['content-length', 'content-type', 'content-disposition', 'cache-control'])
      assert.equal(head.headers.get(name), answer.headers.get(name), name)
    assert.equal(head.headers.get('content-length'), String(bytes.length))
  })

  it('makes one at a time for each person, however often they ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => susan.post('/exports')))
    assert.ok(answers.every(({ status }) => status === 303))
    assert.equal(await site.app.db.$count(jobs), 1)
    assert.equal((await stored()).length, 1)
    const john = await site.signedIn('john')
    await john.post('/exports')
    assert.equal((await stored()).length, 2, 'and another person’s beside it')
    await site.workJobs()
    assert.equal((await stored()).filter(({ size }) => size).length, 2)
  })

  it('keeps the newest one only', async () => {
    await exported()
    const [old] = await stored()
    await site.write('susan', ['since then'])
    const files = await exported()
    assert.equal(rows(files, 'posts.json').length, 1)
    const [present, ...more] = await stored()
    assert.notEqual(present?.id, old?.id)
    assert.equal(more.length, 0)
    assert.equal((await fetchExport(`/exports/${old?.id}`)).status, 404)
  })

  it('tells how far it is', async () => {
    await site.write('susan', Array(150).fill('words'))
    await susan.post('/exports')
    await site.app.db.transaction(tx =>
      tx.update(jobs).set({ state: 'running', progress: { done: 75, total: 300 } }),
    )
    const fragment = await susan.get('/exports/fragment')
    assert.ok(!fragment.text.includes('<html'))
    assert.equal(fragment.page.querySelector('progress')?.getAttribute('value'), '25')
    assert.match(fragment.text, /25%/)
    await site.app.db.transaction(tx => tx.update(jobs).set({ state: 'waiting' }))
    await site.workJobs()
    const [job] = await site.app.db.select().from(jobs)
    assert.deepEqual(job?.progress, { done: 100, total: 300 }, 'the rows that were written, at the time')
  })

  it('does not take the flash of the page around it', async () => {
    await susan.post('/exports')
    await susan.get('/exports/fragment')
    const page = await susan.get('/settings/data')
    assert.match(page.page.querySelector('main [role=status]')?.text ?? '', /Export started/)
  })

  it('expires after seven days, and is cleaned away', async () => {
    await exported()
    const [one] = await stored()
    const days = (Number(one?.expiresAt) - Number(one?.finishedAt)) / 86_400_000
    assert.equal(days, 7)
    const url = String(await link())
    await site.app.db.transaction(tx => tx.update(exports).set({ expiresAt: new Date(Date.now() - 1) }))
    assert.equal((await fetchExport(url)).status, 404)
    assert.equal(await link(), undefined)
    await scheduleCleanup(site.app.db)
    await site.workJobs()
    assert.equal((await stored()).length, 0)
    assert.equal(await parts(), 0)
  })

  it('can be deleted, also twice', async () => {
    await exported()
    const url = String(await link())
    for (const _ of [1, 2]) assert.equal((await susan.post(`${url}/delete`)).location, '/settings/data')
    assert.equal((await fetchExport(url)).status, 404)
    assert.equal(await parts(), 0)
    assert.equal((await exported()).has('index.html'), true, 'and made anew')
  })

  it('breaks off when it is deleted while it is sent', async () => {
    await exported()
    // As if its last parts had gone while the first were on their way.
    await site.app.db.transaction(tx => tx.update(exports).set({ size: 10_000_000 }))
    const answer = await fetch(address + String(await link()), { headers: { cookie: cookieOf(susan) } })
    assert.equal(answer.headers.get('content-length'), '10000000')
    await assert.rejects(answer.arrayBuffer())
  })

  it('says so when it fails for good, and can be tried again', async () => {
    const [id] = await site.write('susan', ['words'])
    const unreadable = [{ kind: 'tag' as const, start: 0, end: 1, href: '/tags/%' }]
    const change = (entities: typeof unreadable) =>
      site.app.db.transaction(tx =>
        tx
          .update(posts)
          .set({ entities })
          .where(eq(posts.id, Number(id))),
      )
    await change(unreadable)
    await susan.post('/exports')
    await site.workJobs()
    assert.match((await susan.get('/settings/data')).text, /try again in a moment/)
    for (let hour = 1; hour <= 5; hour++) await site.workJobs(new Date(Date.now() + hour * 3_600_000))
    const failed = await susan.get('/settings/data')
    assert.match(failed.page.querySelector('.export')?.text ?? '', /export failed/)
    assert.match(failed.page.querySelector('main form[action="/exports"]')?.text ?? '', /Try again/)
    assert.equal((await fetchExport(`/exports/${(await stored())[0]?.id}`)).status, 404)
    await change([])
    assert.equal((await exported()).has('posts.json'), true)
    assert.equal((await stored()).length, 1)
  })
})

/** Words that cannot be packed much smaller: enough for a good many parts. */
const bulky = Array.from({ length: 800 }, () => randomBytes(2_900).toString('base64').replaceAll('/', ' '))

describe('an export that takes its time', () => {
  let site: Site
  let susan: Browser
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
    for (let at = 0; at < bulky.length; at += 100)
      await site.write('susan', bulky.slice(at, at + 100), new Date(Date.now() - 3_600_000 + at * 1_000))
  })
  after(() => site.close())
  const parts = () => site.app.db.$count(exportParts)

  it('can be cancelled while it is made: nothing of it is left', async () => {
    await susan.post('/exports')
    const working = site.workJobs()
    await eventually(async () => (await parts()) > 0)
    const [one] = await site.app.db.select().from(exports)
    const answer = await susan.post(`/exports/${one?.id}/delete`)
    assert.match((await susan.follow(answer)).text, /canceled/)
    await working
    assert.equal(await parts(), 0)
    assert.equal(await site.app.db.$count(exports), 0)
    const [job] = await site.app.db.select().from(jobs)
    assert.equal(job?.state, 'cancelled')
  })

  it('is whole though its worker was killed in the middle', { timeout: 60_000 }, async () => {
    await susan.post('/exports')
    const { database } = site.config
    const url = database.engine === 'sqlite' ? `sqlite:${database.file}` : database.url
    const worker = startProcess([`${root}/app/cli.ts`, 'worker'], { DATABASE_URL: url })
    await eventually(async () => (await parts()) > 2, 30_000)
    await endProcess(worker, 'SIGKILL')
    assert.equal((await site.app.db.select().from(exports))[0]?.size, null)
    await site.workJobs(new Date(Date.now() + 600_000))
    const [one] = await site.app.db.select().from(exports)
    const cookie = [...susan.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const { rawPayload } = await site.app.inject({ url: `/exports/${one?.id}`, headers: { cookie } })
    assert.equal(rawPayload.length, one?.size)
    const files = await unzip(rawPayload)
    const bodies = (JSON.parse(files.get('posts.json') ?? '') as Row[]).map(({ body }) => body)
    assert.deepEqual(bodies, bulky.toReversed())
  })
})

describe('an export that is announced', () => {
  it('comes with a mail that leads to it, and a notification', async () => {
    const mailbox = await openMailbox()
    const site = await openSite({ SMTP_URL: mailbox.url, PUBLIC_URL: 'https://harbour.example' })
    const susan = await site.signedIn('susan')
    assert.match((await susan.get('/settings/data')).text, /by email/)
    await susan.post('/exports', {}, { 'accept-language': 'es' })
    for (const _ of ['the export', 'the mail about it']) await site.workJobs()
    const { subject, text } = await mailbox.next('susan@example.com')
    assert.match(subject, /exportación/)
    assert.ok(text.includes('https://harbour.example/settings/data'))
    const told = await site.app.db.select().from(notifications)
    assert.deepEqual(
      told.map(({ userId, kind }) => [userId, kind]),
      [[site.ids.susan, 'export']],
    )
    await site.close()
    await mailbox.close()
  })

  it('promises no mail where there is none', async () => {
    const site = await openSite()
    const susan = await site.signedIn('susan')
    assert.doesNotMatch((await susan.get('/settings/data')).text, /by email/)
    await susan.post('/exports')
    await site.workJobs()
    assert.equal(await site.app.db.$count(jobs), 1)
    await site.close()
  })

  it('is limited: three, and then one an hour', async () => {
    const site = await openSite({ RATE_LIMITS: 'on' })
    const susan = await site.signedIn('susan')
    const statuses: number[] = []
    for (let n = 0; n < 4; n++) {
      statuses.push((await susan.post('/exports')).status)
      await site.workJobs()
    }
    assert.deepEqual(statuses, [303, 303, 303, 429])
    await site.close()
  })
})
