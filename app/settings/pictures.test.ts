import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { images, posts, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { fileKey } from '../images/queries.ts'
import { programOf } from '../testing/api.ts'
import { animation, multipart, photo } from '../testing/pictures.ts'
import { openSite, type Site } from '../testing/site.ts'

const path = '/settings/profile'
const texts = { displayName: 'Susan', about: 'Boats' }

describe('a person’s picture and banner', () => {
  let site: Site
  before(async () => void (site = await openSite()))
  after(() => site.close())

  const stored = async (name: 'susan' | 'john') => {
    const [found] = await site.app.db
      .select({ avatar: users.avatar, banner: users.banner })
      .from(users)
      .where(eq(users.id, site.ids[name]))
    return found ?? assert.fail(name)
  }
  const rowsOf = (name: 'susan' | 'john') =>
    site.app.db.select().from(images).where(eq(images.userId, site.ids[name]))
  /** The addresses of all images of a page, and the faces that are letters. */
  const faces = (page: {
    querySelectorAll(selector: string): { getAttribute(name: string): string | undefined }[]
  }) => page.querySelectorAll('img').map(image => image.getAttribute('src'))

  it('are chosen with the texts of the profile, and shown wherever the name is', async () => {
    const susan = await site.signedIn('susan')
    await site.write('susan', ['A post with a face'])
    const before = await susan.get(path)
    assert.equal(before.page.querySelector('form.sheet')?.getAttribute('enctype'), 'multipart/form-data')
    const files = [
      { field: 'avatar', data: await photo(600, 400) },
      { field: 'banner', data: await photo(900, 600) },
    ]
    assert.equal((await susan.upload(path, files, texts)).location, '/@susan')
    const { avatar, banner } = await stored('susan')
    assert.deepEqual(
      (await rowsOf('susan')).map(({ key, purpose }) => [key, purpose]).toSorted(),
      [
        [avatar, 'avatar'],
        [banner, 'banner'],
      ].toSorted(),
    )
    const { page } = await susan.get('/@susan')
    const large = page.querySelector('.profile a.face')
    assert.equal(large?.getAttribute('href'), `/images/${avatar}/512.webp`)
    assert.equal(large?.querySelector('img')?.getAttribute('alt'), 'Susan’s picture')
    assert.equal(page.querySelector('.banner')?.getAttribute('src'), `/images/${banner}/640.webp`)
    assert.ok(page.querySelector('.site-nav .profile-link img.avatar'), 'one’s own face')
    const john = await site.signedIn('john')
    for (const url of ['/explore', '/@susan/card', '/search/people?q=susan', '/mentions?q=sus'])
      assert.ok(faces((await john.get(url)).page).includes(`/images/${avatar}/96.webp`), url)
    const served = await john.get(`/images/${avatar}/96.webp`)
    assert.deepEqual([served.status, served.headers['content-type']], [200, 'image/webp'])
  })

  it('are shown by feed readers, and by other sites beside links to the person and to posts without pictures', async () => {
    const { avatar } = await stored('susan')
    const file = (width: number) => `${site.config.publicUrl}/images/${avatar}/${width}.webp`
    const visitor = site.visitor()
    const feed = JSON.parse((await visitor.get('/@susan/feed.json')).text)
    assert.deepEqual([feed.icon, feed.favicon, feed.authors[0].avatar], [file(512), file(96), file(512)])
    assert.equal(feed.items[0].authors[0].avatar, file(512))
    assert.ok((await visitor.get('/@susan/feed.atom')).text.includes(`<icon>${file(96)}</icon>`))
    const { icon, authors } = JSON.parse((await visitor.get('/@john/feed.json')).text)
    assert.match(icon, /icon-512/)
    assert.equal(authors[0].avatar, undefined)
    const [post] = await site.app.db.select({ id: posts.id }).from(posts)
    for (const url of ['/@susan', `/posts/${post?.id}`]) {
      const { page } = await visitor.get(url)
      const meta = (name: string) => page.querySelector(`meta[property="${name}"]`)?.getAttribute('content')
      assert.deepEqual([meta('og:image'), meta('og:image:width')], [file(512), '512'], url)
      assert.equal(page.querySelector('meta[name="twitter:card"]')?.getAttribute('content'), 'summary')
    }
  })

  it('are replaced, and then the ones before are gone', async () => {
    const susan = await site.signedIn('susan')
    const before = await stored('susan')
    await susan.upload(path, [{ field: 'avatar', data: await animation(3) }], { ...texts, avatarCrop: '10' })
    const now = await stored('susan')
    assert.notEqual(now.avatar, before.avatar)
    assert.equal(now.banner, before.banner)
    assert.equal((await rowsOf('susan')).length, 2)
    assert.equal((await susan.get(`/images/${before.avatar}/96.webp`)).status, 404)
    assert.equal((await site.visitor().get(`/images/${now.avatar}/512.webp`)).status, 200)
  })

  it('stay if the file is none that we can show, and the words come back', async () => {
    const susan = await site.signedIn('susan')
    const before = await stored('susan')
    const wrong = [
      { field: 'avatar', data: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), name: 'a.png' },
      { field: 'banner', data: Buffer.alloc(0), name: 'b.png' },
    ]
    const { status, page } = await susan.upload(path, wrong, { displayName: 'Susan', about: 'Not saved yet' })
    assert.equal(status, 422)
    for (const kind of ['avatar', 'banner']) {
      const field = page.querySelector(`#${kind}`)
      assert.equal(field?.getAttribute('aria-invalid'), 'true')
      assert.match(field?.getAttribute('aria-describedby') ?? '', new RegExp(`^${kind}-error `))
      assert.match(page.querySelector(`#${kind}-error`)?.text ?? '', /isn’t a picture/)
    }
    assert.equal(page.querySelector('#about')?.text.trim(), 'Not saved yet')
    assert.deepEqual(await stored('susan'), before)
    assert.equal((await susan.get('/@susan')).page.querySelector('.profile .content')?.text.trim(), 'Boats')
  })

  it('are kept if a text beside them is too long', async () => {
    const john = await site.signedIn('john')
    const files = [{ field: 'avatar', data: await photo(40, 40) }]
    const { status, page } = await john.upload(path, files, { displayName: 'x'.repeat(65), about: '' })
    const { avatar } = await stored('john')
    assert.equal(status, 422)
    assert.ok(avatar)
    assert.ok(faces(page).every(src => src === `/images/${avatar}/96.webp`))
    assert.ok(page.querySelector('#displayName-error'))
  })

  it('take any part, however it is named', async () => {
    const john = await site.signedIn('john')
    const data = await photo(90, 30)
    for (const avatarCrop of ['', '-1', '1e999', 'NaN', '49.5', 'top', '101'])
      assert.equal(
        (await john.upload(path, [{ field: 'avatar', data }], { displayName: 'John', avatarCrop })).status,
        303,
      )
    const atOnce = [1, 2, 3].map(() =>
      john.upload(path, [{ field: 'avatar', data }], { displayName: 'John' }),
    )
    for (const { status } of await Promise.all(atOnce)) assert.equal(status, 303)
    const { avatar } = await stored('john')
    const keys = (await rowsOf('john')).map(({ key }) => key)
    assert.deepEqual(keys, [avatar], 'each took the place of the one before')
  })

  it('are removed, with their files', async () => {
    const john = await site.signedIn('john')
    const { avatar } = await stored('john')
    assert.ok(await site.app.storage.get(fileKey(String(avatar), 96)))
    const form = { displayName: 'John', removeAvatar: '1', removeBanner: '1' }
    assert.equal((await john.post(path, form)).location, '/@john')
    assert.deepEqual(await stored('john'), { avatar: null, banner: null })
    assert.equal((await rowsOf('john')).length, 0)
    const { page } = await john.get('/@john')
    assert.ok(page.querySelector('.profile span.avatar'))
    assert.equal(page.querySelector('.banner, .face'), null)
  })

  it('are chosen and removed by programs, and answers have their addresses', async () => {
    const [john, reader] = [await programOf(site, 'john'), await programOf(site, 'susan')]
    const put = async (kind: string, data: Uint8Array, fields = {}) => {
      const { payload, headers } = await multipart([{ field: 'file', data }], fields)
      return john.ask({ method: 'PUT', url: `/api/me/${kind}`, payload, headers })
    }
    const data = await photo(300, 200)
    const set = await put('avatar', data, { crop: '0' })
    assert.equal(set.status, 200)
    const { avatar } = await stored('john')
    const urls = (key: string | null, widths: number[]) =>
      Object.fromEntries(widths.map(width => [width, `${site.config.publicUrl}/images/${key}/${width}.webp`]))
    assert.deepEqual(set.json.avatar, urls(avatar, [96, 256, 512]))
    assert.equal(
      (await put('banner', data)).json.banner[640],
      urls((await stored('john')).banner, [640])[640],
    )
    await site.write('john', ['A post'])
    assert.deepEqual((await reader.get('/api/posts')).json.items[0].author.avatar, set.json.avatar)
    const { json } = await reader.get('/api/users/john')
    assert.deepEqual([json.avatar[96], json.banner[1920].slice(-10)], [set.json.avatar[96], '/1920.webp'])
    for (const [bytes, fields, pointer] of [
      [Buffer.from('PK'), {}, '#/file'],
      [data, { crop: '101' }, '#/crop'],
      [data, { crop: '5.5' }, '#/crop'],
      [data, { size: '5' }, '#/size'],
    ] as const) {
      const refused = await put('avatar', bytes, fields)
      assert.deepEqual([refused.status, refused.json.errors[0].pointer], [422, pointer])
    }
    assert.equal((await stored('john')).avatar, avatar)
    for (const kind of ['avatar', 'banner']) assert.equal((await john.delete(`/api/me/${kind}`)).status, 204)
    assert.deepEqual(await stored('john'), { avatar: null, banner: null })
    assert.equal((await reader.get('/api/users/john')).json.avatar, null)
  })

  it('are not shown to a person who was blocked, nor to the one who did', async () => {
    const [susan, john] = [await site.signedIn('susan'), await site.signedIn('john')]
    const { avatar, banner } = await stored('susan')
    await susan.post('/messages/@john', { body: 'Tea?' })
    await susan.post('/@john/block')
    try {
      for (const url of ['/@susan', '/messages', '/messages/@susan', '/@susan/block'])
        assert.ok(!(await john.get(url)).text.includes(String(avatar)), url)
      assert.ok(!(await john.get('/@susan')).text.includes(String(banner)))
      for (const file of [`${avatar}/96`, `${banner}/640`])
        assert.equal((await john.get(`/images/${file}.webp`)).status, 404)
      assert.equal((await site.visitor().get(`/images/${avatar}/96.webp`)).status, 200)
    } finally {
      await susan.post('/@john/block/delete')
    }
    assert.ok((await john.get('/messages')).text.includes(String(avatar)))
  })
})
