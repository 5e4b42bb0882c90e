import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { block } from '../blocks/queries.ts'
import { posts } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { notifyEach } from '../notifications/queries.ts'
import { animation, photo } from '../testing/pictures.ts'
import { publishPictures } from '../testing/published-pictures.ts'
import { openSite, type Site } from '../testing/site.ts'

type Picture = { alt?: string; upload?: Buffer }

describe('the pictures of a post', () => {
  let site: Site
  let small: Buffer
  before(async () => {
    site = await openSite({ PUBLIC_URL: 'https://harbour.example' })
    small = await photo(620, 400)
  })
  after(() => site.close())

  /** Publishes a post by susan with pictures, and returns its id. */
  function publish(body: string, pictures: Picture[], contentWarning: string | null = null) {
    const described = pictures.map(({ alt = '', upload = small }) => ({ alt, upload }))
    return publishPictures(site.app, { userId: site.ids.susan, body, pictures: described, contentWarning })
  }
  const read = async (path: string) => (await site.visitor().get(path)).page

  it('stand in lists with their descriptions, and each leads to its page', async () => {
    const id = await publish('Two of them', [{ alt: 'A boat' }, { alt: '<b>"No"</b>' }])
    for (const path of [`/posts/${id}`, '/@susan', '/explore']) {
      const shown = (await read(path)).querySelectorAll(`#post-${id} .image > a`)
      assert.deepEqual(
        shown.map(link => link.getAttribute('href')),
        [`/posts/${id}/images/1`, `/posts/${id}/images/2`],
        path,
      )
      const found = shown.map(link => link.querySelector('img:not(.placeholder)'))
      assert.deepEqual(
        found.map(image => image?.getAttribute('alt')),
        ['A boat', '<b>"No"</b>'],
      )
      for (const image of found) {
        assert.match(
          image?.getAttribute('srcset') ?? '',
          /^\/images\/\w{32}\/480\.webp 480w, \S+\/620\.webp 620w$/,
        )
        assert.deepEqual([image?.getAttribute('width'), image?.getAttribute('height')], ['620', '400'])
      }
      const described = (await read(path)).querySelectorAll(`#post-${id} .description`)
      assert.deepEqual(
        described.map(({ text }) => text),
        ['A boat', '<b>"No"</b>'],
      )
    }
  })

  it('bring their styles and their viewer to visitors, whose other pages are spared both', async () => {
    const id = await publish('One', [{}])
    const [quote] = await site.write('john', ['Look at this'])
    await site.app.db.transaction(tx =>
      tx
        .update(posts)
        .set({ quotedId: id })
        .where(eq(posts.id, Number(quote))),
    )
    const [plain] = await site.write('john', ['No picture'])
    const brought = async (path: string) =>
      (await read(path)).querySelectorAll(
        'link[href$="/css/pictures.css"], script[src$="/image-viewer.js"], image-viewer',
      )
    for (const path of [`/posts/${id}`, `/posts/${id}/images/1`, `/posts/${quote}`, '/explore'])
      assert.equal((await brought(path)).length, 3, path)
    for (const path of [`/posts/${plain}`, '/sign-in', '/@mary'])
      assert.equal((await brought(path)).length, 0, path)
  })

  it('have the room of their proportions before they arrive, within bounds', async () => {
    const boxes = [
      [1200, 800, '512', '341', ''],
      [300, 900, '240', '480', 'cut-tall'],
      [1600, 200, '512', '171', 'cut-wide'],
      [40, 40, '40', '40', 'tiny'],
      [60, 600, '60', '120', 'cut-tall'],
    ] as const
    for (const [width, height, ...expected] of boxes) {
      await publish('', [{ upload: await photo(width, height) }])
      const image = (await read('/@susan')).querySelector('.timeline .image')
      const shown = image?.querySelector('img:not(.placeholder)')
      const found = [shown?.getAttribute('width'), shown?.getAttribute('height')]
      assert.deepEqual([...found, image?.classNames.replace(/^image ?/, '')], expected)
    }
  })

  it('fold with the words behind a content warning, and arrive when they are unfolded', async () => {
    const id = await publish('Behind it', [{ alt: 'A wave' }], 'Waves')
    const page = await read(`/posts/${id}`)
    assert.equal(page.querySelectorAll('.folded .image img[loading=lazy]').length, 1)
    assert.equal(page.querySelectorAll('.image').length, 1)
    assert.equal(
      page.querySelector('meta[property="og:image"]')?.getAttribute('content')?.includes('/images/icon'),
      false,
    )
    assert.doesNotMatch(page.querySelector('head')?.toString() ?? '', /\.webp/)
    assert.equal(
      (await read(`/posts/${id}/images/1`)).querySelectorAll('.folded img[alt="A wave"]').length,
      1,
    )
  })

  it('stand still in lists, and move on their page unless less motion is wanted', async () => {
    const id = await publish('', [{ upload: await animation(3, 64), alt: 'A flag' }])
    const link = (await read('/@susan')).querySelector('.timeline .image > a')
    assert.match(
      link?.querySelector('img:not(.placeholder)')?.getAttribute('srcset') ?? '',
      /^\S+\/63\.webp 63w$/,
    )
    assert.match(link?.getAttribute('data-moving') ?? '', /\/64\.webp$/)
    assert.match(link?.text ?? '', /GIF/)
    const path = `/posts/${id}/images/1`
    const shown = async (query: string) => {
      const picture = (await read(path + query)).querySelector('picture')
      const still = picture?.querySelector('source[media*="reduced-motion: reduce"]')
      return [still?.getAttribute('srcset'), picture?.querySelector('img')?.getAttribute('src')].map(
        src => src && /\d+\.webp/.exec(src)?.[0],
      )
    }
    assert.deepEqual(await shown(''), ['63.webp', '64.webp'])
    assert.deepEqual(await shown('?play=0'), [undefined, '63.webp'])
    assert.deepEqual(await shown('?play=1'), [undefined, '64.webp'])
  })

  it('have a page each, large, with the whole description, which leads on and back', async () => {
    const id = await publish('Three', [{ alt: 'first' }, { alt: 'second '.repeat(140) }, {}])
    const path = (position: number) => `/posts/${id}/images/${position}`
    const page = await read(path(2))
    assert.equal(page.querySelector('figcaption')?.text, 'second '.repeat(140))
    assert.equal(page.querySelector('h1')?.text, 'Picture 2 of 3')
    assert.match(page.querySelector('title')?.text ?? '', /^Picture 2 of 3 · Post by susan/)
    assert.deepEqual(
      ['a[rel=prev]', 'a[rel=next]', '.about-post a'].map(link =>
        page.querySelector(link)?.getAttribute('href'),
      ),
      [path(1), path(3), `/posts/${id}`],
    )
    assert.equal(
      page.querySelector('link[rel=canonical]')?.getAttribute('href'),
      `https://harbour.example/posts/${id}`,
    )
    assert.equal(page.querySelector('meta[name=robots]')?.getAttribute('content'), 'noindex')
    assert.equal(page.querySelector('.picture .content')?.text, 'Three')
    assert.equal((await read(path(3))).querySelector('a[rel=next]'), null)
    for (const wrong of [path(4), path(0), path(1.5), `/posts/${id}/images/x`, '/posts/999999/images/1'])
      assert.equal((await site.visitor().get(wrong)).status, 404, wrong)
  })

  it('are seen by those who see the post, on its page as in lists', async () => {
    const id = await publish('For some', [{ alt: 'Hidden' }])
    const [path, david] = [`/posts/${id}/images/1`, await site.signedIn('david')]
    assert.equal((await david.get(path)).status, 200)
    await site.app.db.transaction(tx => block(tx, site.ids.susan, site.ids.david))
    assert.equal((await david.get(path)).status, 404)
    assert.equal((await site.visitor().get(path)).status, 200)
  })

  it('cost a page one statement more, and a list, too', async () => {
    const id = await publish('Counted', [{}, {}])
    const statements = async (path: string) => {
      const visitor = site.visitor()
      await visitor.get(`${path}?x=1`)
      site.statements.length = 0
      await visitor.get(`${path}?x=2`)
      return site.statements.filter(sql => /from "images"/.test(sql)).length
    }
    // The second is that of the author's other posts, beside it.
    assert.equal(await statements(`/posts/${id}`), 2)
    assert.equal(await statements('/@susan'), 1)
    assert.ok(
      (await statements(`/posts/${id}/images/1`)) === 1 && site.statements.length <= 2,
      site.statements.join('\n'),
    )
  })

  it('stand for the words where there are none, in the language of the reader', async () => {
    const one = await publish('', [{ alt: 'A boat at the quay' }])
    const two = await publish('', [{ alt: 'x' }, {}])
    const none = await publish('', [{}])
    const description = async (id: number, language: string) =>
      (await site.visitor().get(`/posts/${id}`, { 'accept-language': language })).page
        .querySelector('meta[name=description]')
        ?.getAttribute('content')
    assert.equal(await description(one, 'en'), 'Picture: A boat at the quay')
    assert.equal(await description(one, 'es'), 'Imagen: A boat at the quay')
    assert.deepEqual([await description(two, 'es'), await description(none, 'en')], ['2 imágenes', 'Picture'])
    const page = await read(`/posts/${one}`)
    assert.equal(page.querySelectorAll(`#post-${one} p.content`).length, 0)
    await site.app.db.transaction(async tx => {
      for (const about of [one, two])
        await notifyEach(tx, [site.ids.mary], {
          kind: 'mention',
          about,
          actorId: site.ids.susan,
          at: new Date(),
        })
    })
    const shown = (await (await site.signedIn('mary')).get('/notifications')).page.querySelectorAll(
      '.notification .content',
    )
    assert.deepEqual(shown.map(({ text }) => text).toSorted(), ['2 pictures', 'Picture: A boat at the quay'])
  })

  it('are thumbnails on the card of a quote, and a word in a line about what is answered', async () => {
    const id = await publish('', [{ alt: 'The quay' }])
    const susan = await site.signedIn('susan')
    await susan.post('/posts', { body: 'Look', quote: String(id) })
    const card = (await read('/@susan')).querySelector('.quoted')
    assert.equal(card?.querySelector('.content')?.text, 'Picture: The quay')
    assert.equal(card?.querySelectorAll('.thumbnails img').length, 1)
    await (await site.signedIn('mary')).post(`/posts/${id}/replies`, { body: 'An answer' })
    const why = (await read('/@mary/replies')).querySelector('.why')
    assert.match(why?.text ?? '', /: Picture: The quay$/)
    assert.equal(why?.querySelector('img'), null)
  })

  it('are shown by other sites, with their size and description', async () => {
    const id = await publish('Shared', [{ alt: 'A "boat"' }])
    const page = await read(`/posts/${id}`)
    const tags = page.querySelectorAll('meta').flatMap(meta => {
      const name = meta.getAttribute('property') ?? meta.getAttribute('name') ?? ''
      return /^(og:image|twitter)/.test(name)
        ? [[name, meta.getAttribute('content')?.replace(/\w{32}/, 'key')]]
        : []
    })
    assert.deepEqual(tags, [
      ['og:image', 'https://harbour.example/images/key/620.webp'],
      ['og:image:width', '620'],
      ['og:image:height', '400'],
      ['og:image:alt', 'A "boat"'],
      ['twitter:card', 'summary_large_image'],
    ])
  })

  it('are in feeds, as markup and as files; behind a warning as markup alone', async () => {
    const id = await publish('Fed', [{ alt: 'A <boat>' }, {}])
    const warned = await publish('Warned', [{ alt: 'A wave' }], 'Waves')
    const feed = async (name: string) => (await site.app.inject({ url: `/@susan/feed.${name}` })).body
    type Item = {
      id: string
      content_html: string
      attachments?: { size_in_bytes: number; [key: string]: unknown }[]
    }
    const { items } = JSON.parse(await feed('json')) as { items: Item[] }
    const [behind, item] = [warned, id].map(post => items.find(each => each.id.endsWith(`/posts/${post}`)))
    const image =
      /<p><img src="https:\/\/harbour\.example\/images\/\w{32}\/620\.webp" alt="A &lt;boat&gt;" width="620" height="400"><\/p>/
    assert.match(item?.content_html ?? '', image)
    assert.equal(item?.attachments?.length, 2)
    assert.deepEqual(
      [item?.attachments?.[0]?.['mime_type'], item?.attachments?.[0]?.['title']],
      ['image/webp', 'A <boat>'],
    )
    assert.ok(Number(item?.attachments?.[0]?.size_in_bytes) > 100)
    assert.match(behind?.content_html ?? '', /<details>.*<img .*<\/details>/)
    assert.equal(behind?.attachments, undefined)
    const entry = (await feed('atom')).split('<entry').find(each => each.includes(`/posts/${id}</id>`))
    assert.equal(entry?.match(/<link rel="enclosure" type="image\/webp" length="\d+"/g)?.length, 2)
  })
})
