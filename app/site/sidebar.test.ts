/** What stands beside a page, and where nothing does. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createAccount } from '../accounts/queries.ts'
import { block, unblock } from '../blocks/queries.ts'
import { posts } from '../database/schema.ts'
import { follow } from '../follows/queries.ts'
import { publishPost } from '../posts/queries.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { type Name, openSite, type Site } from '../testing/site.ts'

const aside = ({ page }: Answer) => page.querySelector('aside')
const links = (answer: Answer, selector: string) =>
  aside(answer)
    ?.querySelectorAll(selector)
    .map(link => link.getAttribute('href'))

let site: Site
let susan: Browser
const following = async (one: Name, ...others: Name[]) => {
  for (const other of others) await site.app.db.transaction(tx => follow(tx, site.ids[one], site.ids[other]))
}

describe('sidebars', () => {
  before(async () => {
    site = await openSite({ CONTACT: 'owner@example.org' })
    susan = await site.signedIn('susan')
  })
  after(() => site.close())

  describe('the sidebar of a profile', () => {
    it('has the people whom both follow, and none whom only one of them does', async () => {
      await following('susan', 'mary', 'john')
      await following('john', 'mary', 'david')
      assert.deepEqual(links(await susan.get('/@john'), '.people .author'), ['/@mary'])
      assert.deepEqual(links(await site.visitor().get('/@john'), '.people .author'), [])
    })

    it('has nobody whom one of the two has blocked, in both directions', async () => {
      await following('susan', 'mary', 'david')
      await following('john', 'mary', 'david')
      const shown = async () => links(await susan.get('/@john'), '.people .author') ?? []
      assert.deepEqual((await shown()).toSorted(), ['/@david', '/@mary'])
      await site.app.db.transaction(tx => block(tx, site.ids.susan, site.ids.mary))
      assert.deepEqual(await shown(), ['/@david'])
      await site.app.db.transaction(tx => block(tx, site.ids.david, site.ids.susan))
      assert.deepEqual(await shown(), [])
    })

    it('shows people by the name that they have now', async () => {
      const mary = await site.signedIn('mary')
      await following('susan', 'mary')
      await following('john', 'mary')
      await site.app.db.transaction(tx => unblock(tx, site.ids.susan, site.ids.mary))
      await following('susan', 'mary')
      const names = async () =>
        aside(await susan.get('/@john'))
          ?.querySelectorAll('.people .author b')
          .map(({ text }) => text)
      assert.ok((await names())?.includes('mary'))
      await mary.post('/settings/profile', { displayName: 'Mary Ann', about: '' })
      assert.ok((await names())?.includes('Mary Ann'))
      await site.app.db.transaction(tx => block(tx, site.ids.susan, site.ids.mary))
    })

    it('has at most five people', async () => {
      await site.app.db.transaction(async tx => {
        for (let n = 0; n < 7; n++) {
          const account = {
            username: `crowd${n}`,
            email: `c${n}@example.com`,
            passwordHash: '',
            language: null,
          }
          const { id } = (await createAccount(tx, account, new Date())) as { id: number }
          for (const name of ['susan', 'john'] as const) await follow(tx, site.ids[name], id)
        }
      })
      assert.equal(links(await susan.get('/@john'), '.people .author')?.length, 5)
    })

    it('has the tags that the person uses most, of their newest 200 posts', async () => {
      await site.app.db.transaction(async tx => {
        const draft = { userId: site.ids.john, language: null, submission: null }
        const write = (body: string, n: number) =>
          publishPost(tx, { ...draft, body }, new Date(Date.UTC(2026, 0, 1) + n * 1_000))
        for (let n = 0; n < 3; n++) await write('#old', n)
        for (let n = 3; n < 200; n++) await write('words', n)
        await write('#Tea #harbour', 200)
        await write('#tea', 201)
        await write('#tea #moss', 202)
      })
      const tags = ['/tags/tea', '/tags/harbour', '/tags/moss']
      assert.deepEqual(links(await susan.get('/@john'), '.tags a'), tags)
      assert.deepEqual(links(await site.visitor().get('/@john/followers'), '.tags a'), tags)
      const fresh = await site.signedIn('john')
      assert.deepEqual(links(await fresh.get('/@john'), '.tags a'), tags, 'one’s own, too')
      assert.notDeepEqual(links(await fresh.get('/@john'), '.people .author'), [], 'and whom to follow')
    })
  })

  describe('the sidebar of a post', () => {
    let written: number[]
    before(async () => {
      await site.app.db.transaction(tx => tx.delete(posts))
      await site.write('mary', ['of somebody else'])
      written = await site.write('david', ['1', '2', '3', '4', '5', '6', '7', '8'])
    })
    const beside = async (n: number) =>
      links(await site.visitor().get(`/posts/${written[n]}`), '.previews a')?.map(
        href => written.indexOf(Number(href?.split('/').at(-1))) + 1,
      )

    it('has its author, and five of their posts that are next to it', async () => {
      const answer = await site.visitor().get(`/posts/${written[3]}`)
      assert.equal(aside(answer)?.querySelector('.author')?.getAttribute('href'), '/@david')
      assert.deepEqual(await beside(3), [6, 5, 3, 2, 1])
      assert.deepEqual(await beside(7), [7, 6, 5, 4, 3], 'the newest')
      assert.deepEqual(await beside(0), [6, 5, 4, 3, 2], 'the oldest')
      assert.deepEqual(await beside(6), [8, 6, 5, 4, 3], 'one with a single newer post')
    })

    it('has them in order, though they are of the same moment', async () => {
      const { db } = site.app
      const at = new Date(Date.UTC(2026, 5, 1))
      const ids: number[] = []
      await db.transaction(async tx => {
        const draft = { userId: site.ids.mary, language: null, submission: null }
        for (let n = 0; n < 4; n++) ids.push(await publishPost(tx, { ...draft, body: `${n}` }, at))
      })
      const shown = links(await site.visitor().get(`/posts/${ids[1]}`), '.previews a') ?? []
      assert.deepEqual(
        shown.slice(-3),
        [ids[3], ids[2], ids[0]].map(id => `/posts/${id}`),
      )
    })

    it('follows what it shows: a post that is written, edited or deleted', async () => {
      const john = await site.signedIn('john')
      const [first = 0] = await site.write('john', ['the first'])
      const shown = async () =>
        aside(await site.visitor().get(`/posts/${first}`))
          ?.querySelectorAll('.previews span')
          .map(({ text }) => text)
      assert.deepEqual(await shown(), [])
      await john.post('/posts', { body: 'another' })
      assert.deepEqual(await shown(), ['another'])
      const id = Math.max(...(await site.app.db.select({ id: posts.id }).from(posts)).map(post => post.id))
      await john.post(`/posts/${id}`, { body: 'in other words' })
      assert.deepEqual(await shown(), ['in other words'])
      await john.post(`/posts/${id}/delete`)
      assert.deepEqual(await shown(), [])
    })

    it('cuts long posts short', async () => {
      const [, short] = await site.write('susan', ['word '.repeat(200), 'short'])
      const preview = aside(await site.visitor().get(`/posts/${short}`))?.querySelector('.previews span')
      assert.equal([...(preview?.text ?? '')].length, 200)
    })
  })

  describe('a page', () => {
    it('without anything to put beside it has no sidebar, but the footer', async () => {
      const [post] = await site.write('susan', ['mine'])
      const paths = ['/settings/profile', '/messages', '/posts/new', `/posts/${post}/delete`, '/nothing']
      for (const path of paths) {
        const { page } = await susan.get(path)
        assert.equal(page.querySelector('aside'), null, path)
        assert.ok(page.querySelector('.frame.wide'), path)
        assert.match(page.querySelector('footer.about')?.text ?? '', /owner@example\.org/, path)
      }
      for (const path of ['/sign-in', '/sign-up', '/passwords', '/nothing', '/api/docs']) {
        const { page } = await site.visitor().get(path)
        assert.equal(page.querySelector('aside'), null, path)
        assert.ok(page.querySelector('footer.about button[name=language]'), path)
      }
    })

    it('with a sidebar has the footer in it', async () => {
      const david = await site.signedIn('david')
      for (const path of [
        '/',
        '/explore',
        '/tags/tea',
        '/@david',
        '/@john',
        '/@john/following',
        '/notifications',
      ]) {
        const { page } = await david.get(path)
        assert.ok(page.querySelector('.frame:not(.wide) aside footer.about'), path)
        assert.equal(page.querySelectorAll('footer.about').length, 1, path)
      }
    })
  })
})
