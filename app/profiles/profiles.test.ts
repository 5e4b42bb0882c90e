import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { avatarOf } from '../people/avatar.ts'
import { openSite, type Site } from '../testing/site.ts'

describe('profiles', () => {
  let site: Site
  before(async () => {
    site = await openSite({ SITE_NAME: 'Harbour' })
    await site.write('susan', ['first', 'second @john'])
    await site.write('john', ['not hers'])
  })
  after(() => site.close())

  it('shows somebody’s posts, counts and dates to everybody', async () => {
    const { status, page } = await site.visitor().get('/@susan')
    assert.equal(status, 200)
    assert.deepEqual(
      page.querySelectorAll('article .content').map(words => words.text),
      ['second @john', 'first'],
    )
    assert.deepEqual(
      page.querySelectorAll('.counts li').map(count => count.text),
      ['2 posts', '0 followers', '0 following'],
    )
    assert.equal(page.querySelector('title')?.text, 'susan (@susan) · Harbour')
    assert.equal(
      page.querySelector('link[rel=canonical]')?.getAttribute('href'),
      'http://localhost:3000/@susan',
    )
  })

  it('says when they were last here only where they want it', async () => {
    const john = await site.signedIn('john')
    const viewers = [site.visitor(), await site.signedIn('mary'), john]
    const shown = async () => {
      const pages = await Promise.all(viewers.map(viewer => viewer.get('/@john')))
      const { lastSeenAt } = (await site.app.inject('/api/users/john')).json()
      return [...pages.map(({ text }) => text.includes('Last seen')), lastSeenAt !== null]
    }
    const pressed = async () =>
      (await john.get('/settings/privacy')).page
        .querySelectorAll('button[name=last_seen][aria-pressed=true]')
        .map(button => button.getAttribute('value'))
    assert.deepEqual(await shown(), [false, false, false, false], 'not unless they ask')
    assert.deepEqual(await pressed(), ['hidden'])
    assert.equal((await john.post('/settings/privacy', { last_seen: 'shown' })).status, 303)
    assert.deepEqual(await shown(), [true, true, true, true])
    assert.deepEqual(await pressed(), ['shown'])
    await john.post('/settings/privacy', { messages_from: 'following' })
    assert.deepEqual(await pressed(), ['shown'], 'another setting leaves it alone')
    const wrong: Record<string, string>[] = [{ last_seen: 'sometimes' }, { last_seen: '' }, {}]
    for (const form of wrong) assert.equal((await john.post('/settings/privacy', form)).status, 400)
    await john.post('/settings/privacy', { last_seen: 'hidden' })
    assert.deepEqual(await shown(), [false, false, false, false])
  })

  it('is found in any case, and has one address', async () => {
    const { page } = await site.visitor().get('/@SUSAN')
    assert.equal(
      page.querySelector('link[rel=canonical]')?.getAttribute('href'),
      'http://localhost:3000/@susan',
    )
  })

  for (const name of [
    'nobody',
    'a%20b',
    '%E2%80%AE',
    "susan'--",
    '..%2F..%2Fetc%2Fpasswd',
    'x'.repeat(200),
  ]) {
    it(`answers ${name.slice(0, 20)} with a 404 that helps`, async () => {
      for (const path of ['', '/followers', '/following', '/card']) {
        const { status, page } = await site.visitor().get(`/@${name}${path}`)
        assert.equal(status, 404)
        assert.ok(page.querySelector('main a[href="/explore"]'))
      }
    })
  }

  it('has a card for the hover, whose button leads back to the page it opened on', async () => {
    const john = await site.signedIn('john')
    const { text, page } = await john.get('/@susan/card', {
      referer: 'http://localhost:3000/explore?before=5-5',
      host: 'localhost:3000',
    })
    assert.ok(!text.includes('<html'))
    assert.equal(
      page.querySelector('form[action="/@susan/follow"] input[name=next]')?.getAttribute('value'),
      '/explore?before=5-5',
    )
    const elsewhere = await john.get('/@susan/card', { referer: 'https://evil.example/x' })
    assert.equal(elsewhere.page.querySelector('input[name=next]')?.getAttribute('value'), '/@susan')
  })

  it('draws an avatar from the name: a letter of any script, and a tone and a shape that stay', () => {
    const avatar = (username: string, displayName: string) => avatarOf({ username, displayName })
    assert.equal(avatar('susan', 'susan').letter, 'S')
    assert.equal(avatar('layla', 'ليلى').letter, 'ل')
    assert.equal(avatar('nino', 'ნინო').letter, 'ნ')
    assert.equal(avatar('x', '👩‍🌾 Edith').letter, '👩‍🌾')
    assert.equal(avatar('ana', '🇪🇸 Ana').letter, '🇪🇸')
    assert.equal(avatar('quiet', '"...').letter, 'Q')
    const { letter: _, ...face } = avatar('Susan', 'a')
    assert.deepEqual({ ...avatar('susan', 'b'), letter: undefined }, { ...face, letter: undefined })
  })

  it('draws people alike so rarely that every tone comes in every shape, about equally often', () => {
    const names = Array.from({ length: 4_800 }, (_, at) => `person${at}`)
    const faces = names.map(username => avatarOf({ username, displayName: 'P' }))
    const counts = Map.groupBy(faces, ({ tone, shape }) => `tone-${tone} shape-${shape}`)
    assert.equal(counts.size, 8 * 6)
    for (const [face, people] of counts) assert.ok(people.length > 60 && people.length < 140, face)
  })

  it('lets their owner edit them', async () => {
    const susan = await site.signedIn('susan')
    assert.ok((await susan.get('/@susan')).page.querySelector('a[href="/settings/profile"]'))
    const answer = await susan.post('/settings/profile', {
      displayName: ' Susan  <b>Lindqvist</b> 🌊 ',
      about: 'Boats & tea\n@john',
    })
    assert.equal(answer.location, '/@susan')
    const { page } = await susan.follow(answer)
    assert.match(
      page.querySelector('h1')?.text ?? '',
      /Susan &lt;b&gt;Lindqvist&lt;\/b&gt; 🌊|Susan <b>Lindqvist<\/b> 🌊/,
    )
    assert.match(page.querySelector('main')?.text ?? '', /Boats &(amp;)? tea/)
    const form = await susan.get('/settings/profile')
    assert.match(form.page.querySelector('textarea')?.text ?? '', /@john/)
    await susan.post('/settings/profile', { displayName: '  ', about: '' })
    assert.match((await susan.get('/@susan')).page.querySelector('h1')?.text ?? '', /susan/)
  })

  it('links addresses in what people say about themselves, and nothing else', async () => {
    const susan = await site.signedIn('susan')
    const about = 'Tea. https://example.org/a, #tea @john readme.md'
    await susan.post('/settings/profile', { displayName: '', about })
    for (const path of ['/@susan', '/@susan/card']) {
      const content = (await site.visitor().get(path)).page.querySelector('.content')
      assert.equal(content?.text, about)
      const [link, ...others] = content?.querySelectorAll('a') ?? []
      assert.equal(link?.getAttribute('href'), 'https://example.org/a')
      assert.match(link?.getAttribute('rel') ?? '', /nofollow/)
      assert.equal(others.length, 0)
    }
  })

  it('says nothing about people where the text shows nothing', async () => {
    const susan = await site.signedIn('susan')
    await susan.post('/settings/profile', { displayName: '', about: '\ufe0f\n\u200b' })
    assert.equal((await site.visitor().get('/@susan')).page.querySelector('.profile .content'), null)
  })

  it('isolates a name that turns text round in every sentence around it', async () => {
    const [john, susan] = [await site.signedIn('john'), await site.signedIn('susan')]
    const name = '\u202eלאה\u2067'
    const isolated = `\u2068${name}\u2069\u2069`
    await john.post('/settings/profile', { displayName: name })
    const { page } = await site.visitor().get('/@john')
    assert.equal(page.querySelector('title')?.text, `${isolated} (@john) · Harbour`)
    assert.ok(page.querySelector('meta[property="og:title"]')?.getAttribute('content')?.startsWith(isolated))
    assert.ok(page.querySelector('meta[name=description]')?.getAttribute('content')?.includes(isolated))
    const post = page.querySelector('article .timestamp')?.getAttribute('href') ?? ''
    assert.ok((await site.visitor().get(post)).page.querySelector('title')?.text.includes(isolated))
    for (const feed of ['/@john/feed.atom', '/@john/feed.json'])
      assert.ok((await site.visitor().get(feed)).text.includes(`${isolated} (@john)`), feed)
    const followed = await susan.follow(await susan.post('/@john/follow'))
    assert.equal(followed.page.querySelector('[role=status] p')?.text.trim(), `You now follow ${isolated}.`)
    await john.post('/@susan/follow')
    const notices = await susan.get('/notifications')
    assert.equal(notices.page.querySelector('.notification b')?.text, `${name}\u2069`)
    await john.post('/settings/profile', { displayName: '' })
  })

  it('gives nobody a name that cannot be seen', async () => {
    const susan = await site.signedIn('susan')
    await susan.post('/settings/profile', { displayName: '\u200b\u2800\u202e', about: '' })
    assert.match((await susan.get('/@susan')).page.querySelector('h1')?.text ?? '', /^\s*susan\s*$/)
  })

  it('brings a profile back that is too long', async () => {
    const susan = await site.signedIn('susan')
    const values = { displayName: 'x'.repeat(65), about: '🎈'.repeat(141) }
    const answer = await susan.post('/settings/profile', values)
    assert.equal(answer.status, 422)
    assert.equal(answer.page.querySelectorAll('[aria-invalid=true]').length, 2)
    assert.equal(answer.page.querySelector('#displayName')?.getAttribute('value'), values.displayName)
    assert.equal(
      (await susan.post('/settings/profile', { displayName: 'x'.repeat(64), about: '🎈'.repeat(140) }))
        .status,
      303,
    )
    await susan.post('/settings/profile', { displayName: '', about: '' })
  })
})
