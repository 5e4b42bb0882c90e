import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { closeAccount } from '../accounts/closure-queries.ts'
import { createAccount } from '../accounts/queries.ts'
import { renameAccount } from '../accounts/username-queries.ts'
import { block } from '../blocks/queries.ts'
import { engine } from '../database/engine.ts'
import { follow } from '../follows/queries.ts'
import { saveSettings } from '../settings/queries.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { openSite, type Site } from '../testing/site.ts'

describe(`mentions on ${engine}`, () => {
  let site: Site
  let susan: Browser
  const others: Record<string, number> = {}
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
    const names = ['marta', 'marcus', 'marl', 'martin', 'mars_rover', 'marvin', 'marge', 'may']
    await site.app.db.transaction(async tx => {
      for (const username of names) {
        const account = { username, email: `${username}@example.com`, passwordHash: 'x', language: null }
        const created = await createAccount(tx, account, new Date())
        if ('id' in created) others[username] = created.id
      }
    })
  })
  after(() => site.close())

  const ask = (query: string, browser = susan) => browser.get(`/mentions?${query}`)
  const offered = async (query: string, browser = susan) =>
    (await ask(query, browser)).page
      .querySelectorAll('[role=option]')
      .map(option => option.getAttribute('data-name'))
  const idOf = (name: string) => others[name] as number
  const name = (id: number, displayName: string) =>
    site.app.db.transaction(tx => saveSettings(tx, id, { displayName }))

  it('are completed: those whom one follows first, then those in the thread, then others', async () => {
    const [post = 0] = await site.write('susan', ['Tea?'])
    const mary = await site.signedIn('mary')
    await mary.post(`/posts/${post}/replies`, { body: 'With milk.' })
    await site.app.db.transaction(tx => follow(tx, site.ids.susan, idOf('marcus')))
    await site.app.db.transaction(tx => follow(tx, site.ids.susan, idOf('marl')))
    const [own, inThread] = [await offered('q=mar'), await offered(`q=mar&thread=${post}`)]
    assert.deepEqual(own.slice(0, 2), ['marl', 'marcus'], 'the newest first')
    assert.equal(own.length, 6)
    assert.deepEqual(inThread.slice(0, 3), ['marl', 'marcus', 'mary'])
    assert.equal(new Set(inThread).size, 6)
    // The author of the first post and of the one that is answered take part, too.
    const john = await site.signedIn('john')
    assert.deepEqual(await offered(`q=s&thread=${post}`, john), ['susan'])
    assert.deepEqual((await offered(`q=mary&thread=${post}`, john))[0], 'mary')
  })

  it('are found by any word of a name or a handle, without case and accents', async () => {
    await name(site.ids.john, 'Ínigo Østergård-Jones 海野')
    for (const typed of ['ini', 'OST', 'jon', 'JOH', 'Ínig', '海', 'jones'])
      assert.ok((await offered(`q=${encodeURIComponent(typed)}`)).includes('john'), typed)
    assert.deepEqual(await offered('q=rover'), ['mars_rover'])
    assert.deepEqual((await offered('q=mars_r'))[0], 'mars_rover')
    assert.deepEqual(await offered('q=ones'), [])
  })

  it('offer a handle that is typed out first', async () => {
    assert.deepEqual((await offered('q=MARGE'))[0], 'marge')
    await site.app.db.transaction(tx => follow(tx, site.ids.susan, idOf('may')))
    await name(idOf('may'), 'Marge Other')
    assert.deepEqual((await offered('q=marge')).toSorted(), ['marge', 'may'])
  })

  it('never offer oneself, nor people apart by a block, nor closed accounts', async () => {
    assert.deepEqual(await offered('q=susan'), [])
    const [post = 0] = await site.write('david', ['Coffee?'])
    const asks = () => offered(`q=david&thread=${post}`)
    assert.deepEqual(await asks(), ['david'])
    await site.app.db.transaction(tx => follow(tx, site.ids.susan, site.ids.david))
    await site.app.db.transaction(tx => block(tx, site.ids.david, site.ids.susan))
    assert.deepEqual(await asks(), [])
    assert.deepEqual(await offered(`q=susan&thread=${post}`, await site.signedIn('david')), [])
    await site.app.db.transaction(tx => closeAccount(tx, idOf('marvin'), new Date()))
    assert.deepEqual(await offered('q=marvin'), [])
  })

  it('are read out and kept nowhere', async () => {
    const answer = await ask('q=marcus')
    assert.equal(answer.headers['cache-control'], 'no-store')
    const list = answer.page.querySelector('[role=listbox]')
    assert.ok(list?.getAttribute('aria-label'))
    assert.match(String(list?.getAttribute('data-spoken')), /^1 person\./)
    const option = answer.page.querySelector('[role=option]')
    assert.equal(option?.getAttribute('data-spoken'), 'marcus @marcus, 1 of 1')
    assert.equal(option?.getAttribute('aria-selected'), 'false')
  })

  it('answer anything that is asked, and visitors with the way to sign in', async () => {
    for (const query of [
      '',
      'q=',
      'q=%00',
      'q=@mar',
      'q=mar%20x',
      'q=from:susan',
      'q="',
      'q=*',
      `q=${'m'.repeat(65)}`,
      'q=_',
      'q=%E2%80%AE',
    ]) {
      const { status, text } = await ask(query)
      assert.deepEqual([status, text.trim()], [200, ''], query)
    }
    for (const thread of ['0', '-1', 'x', '9'.repeat(15), '9'.repeat(40), '1&thread=2', '%00'])
      assert.equal((await ask(`q=marcus&thread=${thread}`)).status, 200, thread)
    assert.equal((await ask('q=marcus&q=marl', susan)).status, 200)
    const { status, location } = await site.visitor().get('/mentions?q=mar')
    assert.deepEqual([status, location], [303, '/sign-in?next=%2Fmentions%3Fq%3Dmar'])
  })

  it('cost three reads, however many one follows', async () => {
    await ask('q=mar&thread=1')
    site.statements.length = 0
    await ask('q=mar&thread=1')
    const reads = site.statements.filter(statement => /follow|person_fts|root_id/.test(statement))
    assert.equal(reads.length, 3, reads.join('\n'))
  })

  describe('of nobody', () => {
    const told = async (answer: Answer, browser = susan) => {
      const { page } = await browser.follow(answer)
      const [, note] = page.querySelectorAll('.flash p')
      const link = note?.querySelector('a')
      return note ? [note.text.trim(), link?.getAttribute('href')] : null
    }
    const newest = async () => {
      const { page } = await susan.get('/@susan')
      return page.querySelector('article.post')?.id.slice('post-'.length)
    }

    it('are pointed out once, after a post, a reply and an edit', async () => {
      const body = 'Tea, @jonh? Ask @JOHN, @marly and @Jonh.'
      const published = await susan.post('/posts', { body })
      const note = await told(published)
      const id = await newest()
      const sentence = 'There’s nobody called @jonh or @marly here. Edit post'
      assert.deepEqual(note, [sentence, `/posts/${id}/edit`])
      assert.equal((await susan.get('/')).page.querySelector('.flash p'), null)

      const reply = await susan.post(`/posts/${id}/replies`, { body: '@jonh @susan' })
      const answer = /#post-(\d+)/.exec(String(reply.location))?.[1]
      assert.deepEqual(await told(reply), [
        'There’s nobody called @jonh here. Edit post',
        `/posts/${answer}/edit`,
      ])

      const edited = await susan.post(`/posts/${id}`, { body: `${body} And @davit.` })
      assert.deepEqual(
        await told(edited),
        ['There’s nobody called @davit here. Edit post', `/posts/${id}/edit`],
        'of what is new',
      )
      assert.equal(await told(await susan.post(`/posts/${id}`, { body: 'Tea, @john?' })), null)
    })

    it('are neither in addresses nor names that people had', async () => {
      const rename = { id: idOf('marge'), username: 'margret' }
      const renamed = await site.app.db.transaction(tx => renameAccount(tx, rename, new Date()))
      assert.ok(renamed)
      for (const body of [
        'me@jonh.example, https://example.org/@jonh and @jonh@example.org',
        'f*@jonh #@jonh http://x:y@jonh.example',
        '@marge @MARGRET @mars_rover @susan',
        'no one at all @ all, @',
      ])
        assert.equal(await told(await susan.post('/posts', { body })), null, body)
    })

    it('are named in the reader’s language, five at most', async () => {
      const body = '@aa1 @aa2 @aa3 @aa4 @aa5 @aa6'
      const published = await susan.post('/posts', { body })
      susan.cookies.set('language', 'es')
      const [note] = (await told(published)) as string[]
      susan.cookies.delete('language')
      assert.equal(note, 'Aquí no hay nadie que se llame @aa1, @aa2, @aa3, @aa4 o @aa5. Editar publicación')
    })
  })
})
