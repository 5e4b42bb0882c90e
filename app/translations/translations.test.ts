import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, beforeEach, describe, it } from 'node:test'
import { blocks, posts, translations } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { editPost } from '../posts/queries.ts'
import type { Browser } from '../testing/browser.ts'
import { eventually } from '../testing/eventually.ts'
import { freePort } from '../testing/free-port.ts'
import { openSite, type Site } from '../testing/site.ts'
import { type FakeTranslator, openTranslator, shout } from '../testing/translator.ts'
import { findTranslation, saveTranslation } from './queries.ts'

/** Instead of five seconds. */
const translationTimeoutMs = 2_000

describe('translating', () => {
  let service: FakeTranslator
  let site: Site
  let susan: Browser
  let french: number
  before(async () => {
    service = await openTranslator()
    const settings = { TRANSLATE_URL: `${service.url}/`, TRANSLATE_KEY: 'secret' }
    site = await openSite(settings, { translationTimeoutMs })
    susan = await site.signedIn('susan')
  })
  beforeEach(async () => {
    service.asked.length = 0
    service.answer = shout
    await site.app.db.transaction(async tx => {
      await tx.delete(posts)
      await tx.delete(blocks)
    })
    french = await write('john', { body: 'bonjour à tous <b>', language: 'fr' })
  })
  after(async () => {
    await site.close()
    await service.close()
  })

  async function write(name: 'john' | 'susan', post: { body: string; language: string }): Promise<number> {
    const [id] = await site.write(name, [post.body])
    await site.app.db.transaction(tx =>
      tx
        .update(posts)
        .set({ language: post.language })
        .where(eq(posts.id, Number(id))),
    )
    return Number(id)
  }
  const kept = () => site.app.db.select().from(translations)
  const says = ({ page }: { page: import('node-html-parser').HTMLElement }) =>
    page.querySelector('.translation .content')?.text
  const link = async (path: string, browser = susan) =>
    (await browser.get(path)).page.querySelector(`a[href="/posts/${french}/translation"]`)

  it('shows a post with its translation below, to members and to visitors', async () => {
    for (const browser of [susan, site.visitor()]) {
      const answer = await browser.get(`/posts/${french}/translation`)
      assert.equal(answer.status, 200)
      assert.equal(answer.page.querySelector('article .content')?.text, 'bonjour à tous <b>')
      assert.equal(says(answer), 'BONJOUR À TOUS <B>')
      assert.ok(answer.text.includes('BONJOUR À TOUS &lt;B&gt;'))
      assert.match(answer.page.querySelector('.translation')?.text ?? '', /French/)
      assert.equal(answer.page.querySelector('.translation .content')?.getAttribute('lang'), 'en')
    }
  })

  it('asks the service once, in its protocol, and keeps the answer', async () => {
    await susan.get(`/posts/${french}/translation`)
    await susan.get(`/posts/${french}/translation`)
    await site.visitor().get(`/posts/${french}/translation/fragment`)
    assert.deepEqual(service.asked, [
      { q: 'bonjour à tous <b>', source: 'fr', target: 'en', format: 'text', api_key: 'secret' },
    ])
    assert.deepEqual(
      (await kept()).map(({ language, body }) => [language, body]),
      [['en', 'BONJOUR À TOUS <B>']],
    )
  })

  it('asks for each reader’s own language', async () => {
    await susan.get(`/posts/${french}/translation`)
    const answer = await site.visitor().get(`/posts/${french}/translation`, { 'accept-language': 'es' })
    assert.equal(answer.page.querySelector('.translation .content')?.getAttribute('lang'), 'es')
    assert.match(answer.page.querySelector('.translation')?.text ?? '', /francés/)
    assert.deepEqual(
      service.asked.map(({ target }) => target),
      ['en', 'es'],
    )
  })

  it('asks once for two readers at the same moment', async () => {
    const released = Promise.withResolvers<void>()
    service.answer = (question, response) => void released.promise.then(() => shout(question, response))
    site.statements.length = 0
    const readers = [susan, site.visitor(), site.visitor()]
    const answers = readers.map(reader => reader.get(`/posts/${french}/translation`))
    await eventually(async () => site.statements.filter(sql => sql.includes('translations')).length > 3)
    for (let n = 0; n < 10; n++) await site.app.db.ping()
    released.resolve()
    assert.deepEqual((await Promise.all(answers)).map(says), Array(3).fill('BONJOUR À TOUS <B>'))
    assert.equal(service.asked.length, 1)
    assert.equal((await kept()).length, 1)
  })

  it('has a fragment for the script, with the words of its button', async () => {
    const answer = await susan.get(`/posts/${french}/translation/fragment`)
    assert.ok(!answer.text.includes('<html'))
    assert.equal(answer.page.querySelector('.translation')?.getAttribute('data-original'), 'Show original')
  })

  it('offers it where the post is in another language than the reader’s, and nowhere else', async () => {
    assert.ok(await link('/explore'))
    assert.ok(await link(`/posts/${french}`))
    assert.ok(await link('/explore', site.visitor()))
    assert.equal(await link('/explore', await site.signedIn('john')), null, 'not to its author')
    const reader = site.visitor()
    for (const [language, offered] of [
      ['en', false],
      ['en-GB', false],
      ['es', true],
    ] as const) {
      const id = await write('john', { body: 'words', language })
      const shown = (await reader.get(`/posts/${id}`)).page
      assert.equal(shown.querySelector('article a[href$="/translation"]') !== null, offered, language)
    }
    const unknown = await write('john', { body: '🌊', language: 'en' })
    await site.app.db.transaction(tx => tx.update(posts).set({ language: null }).where(eq(posts.id, unknown)))
    const shown = (await reader.get(`/posts/${unknown}`)).page
    assert.equal(shown.querySelector('article a[href$="/translation"]'), null)
    await reader.get(`/posts/${unknown}/translation`)
    assert.equal(service.asked.at(-1)?.source, 'auto')
  })

  it('does not ask for what is in the reader’s language already', async () => {
    const id = await write('john', { body: 'hello', language: 'en' })
    assert.equal((await susan.get(`/posts/${id}/translation`)).location, `/posts/${id}`)
    assert.equal(service.asked.length, 0)
  })

  it('forgets the translation when the words or their language change, and when the post goes', async () => {
    const john = await site.signedIn('john')
    await susan.get(`/posts/${french}/translation`)
    await john.post(`/posts/${french}`, { body: 'bonsoir', language: 'fr' })
    assert.equal((await kept()).length, 0)
    assert.equal(says(await susan.get(`/posts/${french}/translation`)), 'BONSOIR')
    await john.post(`/posts/${french}`, { body: 'bonsoir', language: 'ca' })
    assert.equal((await kept()).length, 0)
    await susan.get(`/posts/${french}/translation`)
    await john.post(`/posts/${french}/delete`)
    assert.equal((await kept()).length, 0)
  })

  it('keeps nothing of a post that was edited, or deleted, while the service thought', async () => {
    const john = await site.signedIn('john')
    for (const change of [{ body: 'au revoir', language: 'fr' }, null]) {
      const asked = Promise.withResolvers<() => void>()
      service.answer = (question, response) => asked.resolve(() => shout(question, response))
      const answer = susan.get(`/posts/${french}/translation`)
      const release = await asked.promise
      await john.post(`/posts/${french}${change ? '' : '/delete'}`, change ?? {})
      release()
      assert.equal((await answer).status, 200)
      assert.equal((await kept()).length, 0)
    }
  })

  it('keeps nothing of a post that is edited at the same moment', async () => {
    const { db } = site.app
    for (let round = 0; round < 25; round++) {
      const id = await write('john', { body: 'avant', language: 'fr' })
      const source = { postId: id, body: 'avant', language: 'fr' }
      const edit = { id, userId: site.ids.john, body: 'après', language: 'fr' }
      await Promise.all([
        db.transaction(tx => saveTranslation(tx, { source, language: 'en', body: 'BEFORE' }, new Date())),
        db.transaction(tx => editPost(tx, edit, new Date())),
      ])
      assert.equal(await findTranslation(db, id, 'en'), null)
    }
  })

  const wrongAnswers: [string, number, RegExp, FakeTranslator['answer']][] = [
    ['is down', 503, /right now/, (_question, response) => response.writeHead(500).end('{}')],
    ['hangs up', 503, /right now/, (_question, response) => response.destroy()],
    ['has had enough', 503, /is busy/, (_question, response) => response.writeHead(429).end()],
    ['refuses the key', 502, /key/, (_question, response) => response.writeHead(403).end()],
    ['cannot do that language', 502, /this language/, (_question, response) => response.writeHead(400).end()],
    ['answers a page', 502, /invalid answer/, (_question, response) => response.end('<html>')],
    [
      'answers a number',
      502,
      /invalid answer/,
      (_question, response) => response.end('{"translatedText":1}'),
    ],
    ['answers null', 502, /invalid answer/, (_question, response) => response.end('null')],
    ['answers nothing', 502, /invalid answer/, (_question, response) => response.end()],
    [
      'answers blanks',
      502,
      /invalid answer/,
      (_q, response) => response.end('{"translatedText":" \u200b "}'),
    ],
    [
      'never stops answering',
      502,
      /invalid answer/,
      (_question, response) => {
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        }
        response.on('drain', more)
        more()
      },
    ],
    [
      'leads elsewhere',
      503,
      /right now/,
      (_question, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ],
  ]
  for (const [what, status, sentence, answer] of wrongAnswers) {
    it(`says so when the service ${what}: ${status}`, async () => {
      service.answer = answer
      const shown = await susan.get(`/posts/${french}/translation`)
      assert.equal(shown.status, status)
      assert.match(shown.page.querySelector('.translation')?.text ?? '', sentence)
      assert.ok(shown.page.querySelector(`a[href="/posts/${french}/translation"]`), 'a way to try again')
      assert.equal(shown.page.querySelector('article .content')?.text, 'bonjour à tous <b>')
      const fragment = await susan.get(`/posts/${french}/translation/fragment`)
      assert.equal(fragment.status, status)
      assert.match(fragment.text, sentence)
      const problem = await susan.get(`/posts/${french}/translation`, { accept: 'application/json' })
      assert.equal(problem.status, status)
      assert.match(String(problem.json()['detail']), sentence)
      assert.equal((await kept()).length, 0)
      service.answer = shout
      assert.equal((await susan.get(`/posts/${french}/translation`)).status, 200, 'and it is tried again')
    })
  }

  it('does not wait longer than it may for a service that hangs, or dribbles', {
    timeout: 20_000,
  }, async () => {
    const dribbling: ServerResponse[] = []
    service.answer = ({ target }, response) => {
      if (target === 'es') dribbling.push(response.writeHead(200))
    }
    const drip = setInterval(() => dribbling.forEach(response => response.write(' ')), 200)
    const began = performance.now()
    const answers = await Promise.all(
      ['en', 'es'].map(language =>
        site.visitor().get(`/posts/${french}/translation`, { 'accept-language': language }),
      ),
    )
    clearInterval(drip)
    assert.deepEqual(
      answers.map(({ status }) => status),
      [504, 504],
    )
    assert.match(answers[0]?.text ?? '', /too long/)
    assert.ok(performance.now() - began < translationTimeoutMs + 1_500)
  })

  it('holds no transaction open while the service thinks', async () => {
    const asked = Promise.withResolvers<() => void>()
    service.answer = (question, response) => asked.resolve(() => shout(question, response))
    const answer = susan.get(`/posts/${french}/translation`)
    const release = await asked.promise
    assert.equal((await susan.post('/posts', { body: 'meanwhile' })).status, 303)
    release()
    assert.equal((await answer).status, 200)
  })

  it('cleans and cuts what the service says', async () => {
    service.answer = (_question, response) =>
      response.end(JSON.stringify({ translatedText: `  \u0000<script>\ud800${'😀'.repeat(20_000)}` }))
    const shown = says(await susan.get(`/posts/${french}/translation`)) ?? ''
    assert.ok(shown.startsWith('<script>\ufffd😀'))
    assert.equal([...shown].length, 10_000)
  })

  it('shows nobody the post of somebody they are apart from', async () => {
    await site.app.db.transaction(async tx => {
      const pair = { blockerId: site.ids.john, blockedId: site.ids.susan, createdAt: new Date() }
      await tx.insert(blocks).values(pair)
    })
    assert.equal((await susan.get(`/posts/${french}/translation`)).status, 404)
    assert.equal((await susan.get(`/posts/${french}/translation/fragment`)).status, 404)
    assert.equal(service.asked.length, 0)
  })

  for (const id of ['0', 'x', '999999999', '%00'])
    it(`answers 404 for post ${id}`, async () =>
      assert.equal((await susan.get(`/posts/${id}/translation`)).status, 404))
})

describe('translating, limited', () => {
  it('stops a visitor’s network, and lets a member go on, after thirty in a row', async ({ mock }) => {
    // So that none is regained meanwhile.
    mock.timers.enable({ apis: ['Date'], now: Date.now() })
    const service = await openTranslator()
    const site = await openSite({ TRANSLATE_URL: service.url, RATE_LIMITS: 'on' })
    const bodies = Array.from({ length: 31 }, (_, n) => `bonjour ${n}`)
    const ids = await site.write('john', bodies)
    await site.app.db.transaction(tx => tx.update(posts).set({ language: 'fr' }))
    const visitor = site.visitor()
    const statuses: number[] = []
    for (const id of ids) statuses.push((await visitor.get(`/posts/${id}/translation`)).status)
    assert.deepEqual(statuses, [...Array(30).fill(200), 429])
    assert.equal((await visitor.get(`/posts/${ids[0]}/translation`)).status, 200, 'what is kept is free')
    const susan = await site.signedIn('susan')
    assert.equal((await susan.get(`/posts/${ids[30]}/translation`)).status, 200)
    await site.close()
    await service.close()
  })
})

describe('translating without a working service', () => {
  it('says so when nobody answers', async () => {
    const site = await openSite({ TRANSLATE_URL: `http://127.0.0.1:${await freePort()}` })
    const [id] = await site.write('john', ['bonjour'])
    await site.app.db.transaction(tx => tx.update(posts).set({ language: 'fr' }))
    assert.equal((await site.visitor().get(`/posts/${id}/translation`)).status, 503)
    await site.close()
  })

  it('offers nothing where there is none', async () => {
    const site = await openSite()
    const [id] = await site.write('john', ['bonjour'])
    await site.app.db.transaction(tx => tx.update(posts).set({ language: 'fr' }))
    const shown = await site.visitor().get(`/posts/${id}`)
    assert.ok(!shown.text.includes('translation'))
    assert.equal((await site.visitor().get(`/posts/${id}/translation`)).status, 404)
    await site.close()
  })
})
