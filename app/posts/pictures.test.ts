import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { images, posts } from '../database/schema.ts'
import { asc, desc, eq } from '../database/sql.ts'
import { addImage, newImageKey } from '../images/queries.ts'
import { saveSettings } from '../settings/queries.ts'
import { programOf } from '../testing/api.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { multipart, photo, type SentFile } from '../testing/pictures.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'
import { editPost } from './queries.ts'

describe('pictures of posts', () => {
  let site: Site
  let susan: Browser
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
    await setReminder(false)
  })
  beforeEach(() => site.app.db.transaction(async tx => void (await tx.delete(posts))))
  after(() => site.close())

  /** An uploaded picture that is in no post; its files are not asked for. */
  async function uploaded(name: Name = 'susan', content = newImageKey()): Promise<string> {
    const files = [{ width: 480, height: 320, bytes: 1, sha256: content }]
    const image = { key: newImageKey(), userId: site.ids[name], purpose: 'post' as const, files }
    const row = { ...image, width: 480, height: 320, placeholder: 'UklGRg==' }
    return (await site.app.db.transaction(tx => addImage(tx, row))).key
  }

  const allPosts = () => site.app.db.select().from(posts).orderBy(desc(posts.id))
  const newest = async () => (await allPosts())[0] as typeof posts.$inferSelect
  const picturesOf = async (postId: number) => {
    const rows = await site.app.db
      .select()
      .from(images)
      .where(eq(images.postId, postId))
      .orderBy(asc(images.position))
    return rows.map(({ key, position, alt }) => [key, position, alt])
  }
  /** What stands beside the fields that are wrong. */
  const errorsOf = ({ page }: Answer) =>
    page.querySelectorAll('.error-message').map(({ text }) => text.trim())
  const setReminder = (altReminder: boolean) =>
    site.app.db.transaction(tx => saveSettings(tx, site.ids.susan, { altReminder }))

  /** Sends a form with files. */
  async function send(by: Browser, url: string, files: SentFile[], fields: Record<string, string> = {}) {
    const { payload, headers } = await multipart(files, fields)
    return by.ask({ method: 'POST', url, payload, headers: { ...headers, 'sec-fetch-site': 'same-origin' } })
  }

  /** What the form of an answer holds, as a browser would send it again. */
  function formOf({ page }: Answer): Record<string, string> {
    const form = page.querySelector('form.composer')
    form?.querySelector('template')?.remove()
    const texts = form?.querySelectorAll('textarea') ?? []
    const inputs = form?.querySelectorAll('input[type=hidden], input:not([type])') ?? []
    const chosen = form?.querySelectorAll('select') ?? []
    const entries = [
      ...texts.map(field => [field, field.text.replace(/^\n/, '')] as const),
      ...inputs.map(field => [field, field.getAttribute('value') ?? ''] as const),
      ...chosen.map(
        field => [field, field.querySelector('[selected]')?.getAttribute('value') ?? ''] as const,
      ),
    ]
    return Object.fromEntries(entries.map(([field, value]) => [String(field.getAttribute('name')), value]))
  }
  const keysIn = (form: Record<string, string>, field = 'images') =>
    String(form[field]).split(' ').filter(Boolean)
  const focused = ({ page }: Answer) =>
    page.querySelectorAll('[autofocus]').map(found => found.getAttribute('id') ?? found.getAttribute('value'))

  it('are published with it in the order of the form, with their descriptions, and need no words', async () => {
    const [one, two] = [await uploaded(), await uploaded()]
    const form = { body: ' ', images: `${two} ${one}`, [`alt-${one}`]: ' A  boat\n', [`alt-${two}`]: '' }
    assert.equal((await susan.post('/posts', form)).status, 303)
    const { id, body, imageCount } = await newest()
    assert.deepEqual([body, imageCount], ['', 2])
    assert.deepEqual(await picturesOf(id), [
      [two, 1, ''],
      [one, 2, 'A  boat'],
    ])
    assert.equal((await susan.get(`/posts/${id}`)).status, 200)
  })

  it('are published once however often the form is sent, also if its files are uploaded again', async () => {
    const form = { body: 'Once.', submission: 'one', images: await uploaded('susan', 'same') }
    const again = { ...form, images: await uploaded('susan', 'same') }
    const answers = await Promise.all([form, form, again].map(sent => susan.post('/posts', sent)))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [303, 303, 303],
    )
    const [post, ...more] = await allPosts()
    assert.equal(more.length, 0)
    assert.equal((await picturesOf(post?.id as number)).length, 1)
    await susan.post('/posts', { ...form, images: await uploaded() })
    assert.equal((await allPosts()).length, 2, 'another picture makes another post')
  })

  it('are in one post alone, and only their owner’s', async () => {
    const key = await uploaded()
    await susan.post('/posts', { body: 'First', images: key })
    const free = await uploaded()
    for (const image of [key, await uploaded('john'), 'unknown', `${free} ${key}`]) {
      const answer = await susan.post('/posts', { body: 'Second', images: image })
      assert.deepEqual([answer.status, errorsOf(answer).length], [422, 1])
      assert.equal(answer.page.querySelector('textarea')?.text.trim(), 'Second')
      const reply = await susan.post(`/posts/${(await newest()).id}/replies`, {
        body: 'Third',
        images: image,
      })
      assert.deepEqual([reply.status, errorsOf(reply).length], [422, 1])
    }
    assert.equal((await allPosts()).length, 1)
    const sent = ['One', 'Other'].map(body => susan.post('/posts', { body, images: free }))
    assert.deepEqual((await Promise.all(sent)).map(({ status }) => status).toSorted(), [303, 422])
  })

  it('are of each box of a thread', async () => {
    const [one, two, three] = [await uploaded(), await uploaded(), await uploaded()]
    await susan.post('/posts', {
      body: 'Words',
      body2: '',
      images2: `${one} ${two}`,
      images3: three,
      body4: 'End',
    })
    const [last, third, second, first] = await allPosts()
    const keys = async (post?: { id: number }) => (await picturesOf(post?.id as number)).map(([key]) => key)
    assert.deepEqual([await keys(first), await keys(second), await keys(third)], [[], [one, two], [three]])
    assert.deepEqual([second?.parentId, third?.parentId, last?.parentId], [first?.id, second?.id, third?.id])
  })

  it('are four at the most, described in a thousand characters', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => uploaded()))
    const send = (some: string[], alt = '') =>
      susan.post('/posts', { body: '', images: some.join(' '), [`alt-${some[0]}`]: alt })
    assert.equal((await send(keys)).status, 422)
    assert.equal((await send(keys.slice(1), '🌊'.repeat(1001))).status, 422)
    assert.equal((await allPosts()).length, 0)
    assert.equal((await send(keys.slice(1), '🌊'.repeat(1000))).status, 303)
  })

  it('are added, described, moved and removed without a script, and nothing that was typed is lost', async () => {
    const [wide, tall] = [await photo(60, 30), await photo(30, 60)]
    const typed = {
      body: 'At the harbour',
      body2: 'And home',
      contentWarning: 'Water',
      language: 'en',
      add: 'pictures',
    }
    const added = await send(
      susan,
      '/posts',
      [{ data: wide }, { data: tall }, { data: tall, field: 'files2' }],
      typed,
    )
    assert.equal(added.status, 200)
    const form = formOf(added)
    const [one, two] = keysIn(form)
    assert.deepEqual([keysIn(form).length, keysIn(form, 'images2').length], [2, 1])
    assert.deepEqual(
      [form['body'], form['body2'], form['contentWarning'], form['language']],
      ['At the harbour', 'And home', 'Water', 'en'],
    )
    assert.deepEqual(focused(added), [`alt-${one}`])
    const source = added.page.querySelector('.chosen-picture img')?.getAttribute('src')
    assert.equal((await susan.get(String(source))).headers['content-type'], 'image/webp')

    const described = { ...form, [`alt-${one}`]: 'A wide boat', change: `later ${one}` }
    const moved = await susan.post('/posts', described)
    assert.deepEqual([moved.status, keysIn(formOf(moved))], [200, [two, one]])
    assert.equal(formOf(moved)[`alt-${one}`], 'A wide boat')
    assert.deepEqual(focused(moved), [`later ${one}`])
    const removed = await susan.post('/posts', { ...formOf(moved), change: `remove ${two}` })
    assert.deepEqual(keysIn(formOf(removed)), [one])

    const published = await susan.post('/posts', { ...formOf(removed), undescribed: 'yes' })
    assert.equal(published.status, 303)
    const [second, first] = await allPosts()
    assert.deepEqual(await picturesOf(first?.id as number), [[one, 1, 'A wide boat']])
    assert.deepEqual([first?.imageCount, second?.imageCount, second?.body], [1, 1, 'And home'])
  })

  it('are published in the order in which their files were chosen, by Post alone', async () => {
    const files = [{ data: await photo(40, 20) }, { data: await photo(20, 40) }]
    const sent = { body: '', submission: 'twice', undescribed: 'yes' }
    for (let n = 0; n < 2; n++) assert.equal((await send(susan, '/posts', files, sent)).status, 303)
    assert.equal((await allPosts()).length, 1)
    const rows = await site.app.db
      .select()
      .from(images)
      .where(eq(images.postId, (await newest()).id))
      .orderBy(asc(images.position))
    assert.deepEqual(
      rows.map(({ width }) => width),
      [40, 20],
    )
  })

  it('stay with a form that is refused, which says what is wrong with each file', async () => {
    const [root] = await site.write('john', ['Boats?'])
    const good = await photo(30, 30)
    const broken = { data: good.subarray(0, 200), name: 'cut.jpg' }
    const text = { data: Buffer.from('<svg/>'), name: 'drawing.svg' }
    for (const url of ['/posts', `/posts/${root}/replies`]) {
      const answer = await send(susan, url, [{ data: good }, broken, text], { body: 'Look', 'alt-x': 'y' })
      assert.equal(answer.status, 422)
      const errors = errorsOf(answer)
      assert.deepEqual(
        [errors.length, errors[0]?.split(':')[0], errors[1]?.split(':')[0]],
        [2, 'cut.jpg', 'drawing.svg'],
      )
      const form = formOf(answer)
      assert.equal(keysIn(form).length, 1)
      const long = await susan.post(url, {
        ...form,
        body: 'x'.repeat(2_000),
        [`alt-${form['images']}`]: 'A boat',
      })
      assert.equal(long.status, 422)
      assert.deepEqual(
        [formOf(long)['images'], formOf(long)[`alt-${form['images']}`]],
        [form['images'], 'A boat'],
      )
      assert.equal((await susan.post(url, { ...formOf(long), body: 'Look' })).status, 303)
      assert.deepEqual(await picturesOf((await newest()).id), [[form['images'], 1, 'A boat']])
    }
    const many = await send(
      susan,
      '/posts',
      Array.from({ length: 6 }, () => ({ data: good })),
      { add: 'pictures' },
    )
    assert.deepEqual([many.status, keysIn(formOf(many)).length, errorsOf(many).length], [422, 4, 2])
    const alone = await send(susan, '/posts', [{ ...broken, field: 'files3' }], { body: '', body3: '' })
    assert.deepEqual(
      [alone.status, errorsOf(alone).length],
      [422, 1],
      'that the post is blank is not said, too',
    )
  })

  it('are asked for a description once, unless their author wants no reminder', async () => {
    await setReminder(true)
    const form = { body: 'Look', images: await uploaded(), submission: 's' }
    const reminded = await susan.post('/posts', form)
    assert.equal(reminded.status, 422)
    assert.deepEqual(focused(reminded), [`alt-${form.images}`])
    assert.ok(reminded.page.querySelector('button[name=undescribed]'))
    assert.equal((await allPosts()).length, 0)
    assert.equal((await susan.post('/posts', { ...formOf(reminded), undescribed: 'yes' })).status, 303)
    assert.equal(
      (await susan.post('/posts', { body: 'x', images: await uploaded(), 'alt-x': 'y' })).status,
      422,
    )
    assert.equal(
      (await susan.post('/posts', { body: 'x', images: await uploaded(), remind: 'never' })).status,
      303,
    )
    assert.equal((await susan.post('/posts', { body: 'y', images: await uploaded() })).status, 303)
    assert.equal((await susan.post('/settings/pictures', { reminder: 'on' })).status, 303)
    const pressed = (await susan.get('/settings/appearance')).page.querySelector(
      '[name=reminder][aria-pressed=true]',
    )
    assert.equal(pressed?.getAttribute('value'), 'on')
    assert.equal((await susan.post('/posts', { body: 'z', images: await uploaded() })).status, 422)
    await susan.post('/settings/pictures', { reminder: 'off' })
    assert.equal((await susan.post('/settings/pictures', { reminder: 'x' })).status, 400)
  })

  it('stay with a post whose words another edit takes at the same time, or the words do', async () => {
    const userId = site.ids.susan
    await susan.post('/posts', { body: 'Words', images: await uploaded(), undescribed: 'yes' })
    const { id } = await newest()
    const edit = (change: { body: string; images?: [] }) =>
      site.app.db.transaction(tx => editPost(tx, { id, userId, language: 'en', ...change }, new Date()))
    const answers = await Promise.allSettled([edit({ body: '' }), edit({ body: 'Words', images: [] })])
    assert.ok(answers.some(({ status }) => status === 'fulfilled'))
    const left = await newest()
    assert.ok(left.body !== '' || left.imageCount > 0)
    assert.equal((await picturesOf(id)).length, left.imageCount)
    await edit({ body: 'Words', images: [] })
    await assert.rejects(edit({ body: ' ' }), { key: 'posts.blank' })
  })

  it('of a post are described, moved, removed and added by its author, which is an edit', async () => {
    const [one, two, other] = [await uploaded(), await uploaded(), await uploaded('john')]
    await susan.post('/posts', { body: '', images: `${one} ${two}`, undescribed: 'yes' })
    const { id } = await newest()
    const edit = async () => formOf(await susan.get(`/posts/${id}/edit`))
    assert.deepEqual(keysIn(await edit()), [one, two])
    assert.equal(
      (await susan.post(`/posts/${id}`, await edit())).status,
      303,
      'is not reminded of what it has',
    )
    assert.equal((await newest()).editedAt, null)
    await susan.post(`/posts/${id}`, { ...(await edit()), [`alt-${two}`]: 'A boat' })
    assert.notEqual((await newest()).editedAt, null)
    await susan.post(`/posts/${id}`, { ...(await edit()), images: `${two} ${one}` })
    assert.deepEqual(await picturesOf(id), [
      [two, 1, 'A boat'],
      [one, 2, ''],
    ])
    for (const wrong of [other, 'unknown']) {
      const refused = await susan.post(`/posts/${id}`, { ...(await edit()), images: `${two} ${wrong}` })
      assert.deepEqual([refused.status, errorsOf(refused).length], [422, 1])
    }
    const three = await uploaded()
    const changed = { ...(await edit()), body: 'Words', images: `${three} ${two}`, [`alt-${three}`]: 'Home' }
    assert.equal((await susan.post(`/posts/${id}`, changed)).status, 303)
    assert.deepEqual(await picturesOf(id), [
      [three, 1, 'Home'],
      [two, 2, 'A boat'],
    ])
    assert.equal((await newest()).imageCount, 2)
    assert.equal((await site.app.db.select().from(images).where(eq(images.key, one))).length, 0, 'it is gone')
    assert.equal((await susan.get(`/posts/${id}/versions`)).status, 200)
    const emptied = { ...(await edit()), images: '', body: ' ' }
    assert.equal((await susan.post(`/posts/${id}`, emptied)).status, 422)
    assert.equal((await susan.post(`/posts/${id}`, { ...emptied, body: 'Alone' })).status, 303)
    assert.deepEqual(await picturesOf(id), [])
    assert.equal((await susan.post(`/posts/${id}`, { body: 'Without the field' })).status, 303)
  })

  it('of a post are kept by a program that edits its words, or takes them away', async () => {
    const program = await programOf(site, 'susan')
    const key = await uploaded()
    const { id } = (await program.post('/api/posts', { body: '', images: [{ key }] })).json
    const put = async (body: object) => (await program.put(`/api/posts/${id}`, body)).status
    assert.equal(await put({ body: 'Words' }), 200)
    assert.equal(await put({ body: ' ' }), 200)
    assert.deepEqual(await picturesOf(id), [[key, 1, '']])
    assert.equal(await put({ body: '', images: [] }), 422)
    const gone = await program.put(`/api/posts/${id}`, { body: 'x', images: [{ key: 'a'.repeat(32) }] })
    assert.deepEqual([gone.status, gone.json.errors[0].pointer], [422, '#/images'])
    assert.equal(await put({ body: 'Alone', images: [] }), 200)
    assert.equal(await put({ body: '' }), 422)
    const versions = await susan.get(`/posts/${id}/versions`)
    assert.match(versions.text, /Pictures without words/)
  })

  it('that were uploaded stay with a form whose session is lost', async () => {
    const key = await uploaded()
    const browser = site.visitor()
    await send(browser, '/posts', [{ data: await photo(20, 20) }], {
      body: 'Kept',
      images: key,
      [`alt-${key}`]: 'A boat',
    })
    for (const [name, value] of susan.cookies) browser.cookies.set(name, value)
    const form = formOf(await browser.get('/posts/new?resume'))
    assert.deepEqual([form['body'], form['images'], form[`alt-${key}`]], ['Kept', key, 'A boat'])
  })

  it('are uploaded one by one for a script, and found again by their owner', async () => {
    const answer = await send(susan, '/images', [{ data: await photo(20, 20) }])
    const key = String(answer.page.querySelector('li')?.getAttribute('data-key'))
    assert.deepEqual([answer.status, key.length], [201, 32])
    const refused = await send(susan, '/images', [{ data: Buffer.from('x'), name: 'a.txt' }])
    assert.deepEqual([refused.status, refused.text.split(':')[0]], [422, 'a.txt'])
    assert.equal((await send(susan, '/images', [])).status, 422)
    const chosen = async (by: Browser) =>
      (await by.get(`/images/chosen?keys=${key}+unknown`)).page.querySelectorAll('li').length
    assert.deepEqual([await chosen(susan), await chosen(await site.signedIn('john'))], [1, 0])
  })

  it('are asked for under any name, of which none is an error of the site', async () => {
    const key = await uploaded()
    const odd = ['\u0000', `${key}\u0000`, '\ud800', '%', "'", '🖼'.repeat(50), Array(100).fill(key).join(' ')]
    for (const keys of odd) {
      const asked = new URLSearchParams({ keys }).toString()
      assert.equal((await susan.get(`/images/chosen?${asked}`)).status, 200, keys)
      const form = { body: 'Words', undescribed: 'yes' }
      const changed = { images: key, change: `remove ${keys}` }
      const forms: Record<string, string>[] = [{ images: keys }, changed, { [`alt-${keys}`]: 'x' }]
      for (const more of forms)
        assert.ok((await susan.post('/posts', { ...form, ...more })).status < 500, JSON.stringify(more))
    }
    for (const post of ['1e309', '0', '-1', 'x', '99999999999999999999'])
      assert.ok((await susan.get(`/images/chosen?keys=${key}&post=${post}`)).status < 500, post)
  })
})
