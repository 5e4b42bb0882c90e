import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../app.ts'
import { mulberry32 } from '../cli/seed/random.ts'
import { posts } from '../database/schema.ts'
import { desc, eq } from '../database/sql.ts'
import { Browser } from '../testing/browser.ts'
import { photo } from '../testing/pictures.ts'
import { type Name, names, openSite, type Site } from '../testing/site.ts'

const tags = ['tea', 'harbour']
const pages = [
  '/',
  '/explore',
  '/bookmarks',
  ...tags.map(tag => `/tags/${tag}`),
  ...names.flatMap(name => [`/@${name}`, `/@${name}/followers`, `/@${name}/following`]),
]

/** Removes what differs in each response, the counts, which may be a minute old, and the sidebar, which is compared separately. */
function comparable(html: string): string[] {
  return html
    .replace(/<aside[^]*<\/aside>/, '')
    .replace(/<p class="crowd">[^]*?<\/p>/, '')
    .replaceAll(/ since="\d+"/g, '')
    .replace(/name="submission" value="[^"]*"/, '')
    .replace(/<p class="request">.*/, '')
    .replaceAll(/<time[^>]*>[^<]*<\/time>/g, '')
    .split('\n')
}

/** The sections of the sidebar, without the return paths of their forms and the relative times of their posts. */
function sidebarOf(html: string): string[] {
  const aside = /<aside[^]*<\/aside>/.exec(html)?.[0] ?? ''
  const constant = aside
    .replaceAll(/name="next" value="[^"]*"/g, '')
    .replaceAll(/<time[^>]*>[^<]*<\/time>/g, '')
  return [...constant.matchAll(/<section[^]*?<\/section>/g)].map(([section]) => section)
}

/**
 * Each part may be cached for 15 seconds in a page that is cached for 15 more (and this machine may be slow), but never shows a viewer's own follows and blocks otherwise
 * than they are.
 */
const maxSidebarAgeMs = 35_000
const showsFollows = (part: string) => part.includes('/follow"')
const relations = ['follows', 'unfollows', 'blocks', 'unblocks']

/** Performs actions in a seeded order and reads each page after each action: none may be stale. */
describe('a cached page', { timeout: 110_000 }, () => {
  let site: Site
  let uncached: FastifyInstance
  const people = new Map<Name | 'visitor', Browser>()
  const random = mulberry32(20_261_128)
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T
  before(async () => {
    site = await openSite()
    uncached = await buildApp({ ...site.config, pageCache: false }, { logger: false, worker: false })
    for (const name of names) people.set(name, await site.signedIn(name))
    people.set('visitor', site.visitor())
    await site.write('john', ['hello #tea @susan', 'hello #harbour'])
  })
  after(async () => {
    await uncached.close()
    await site.close()
  })
  const browserOf = (name: Name | 'visitor') => people.get(name) as Browser

  async function postOf(name: Name): Promise<string> {
    const own = site.app.db.select({ id: posts.id }).from(posts).where(eq(posts.userId, site.ids[name]))
    const [newest] = await own.orderBy(desc(posts.id)).limit(1)
    return `/posts/${newest?.id ?? 0}`
  }

  type Deed = (me: Name, other: Name) => Promise<unknown>
  let written = 0
  const words = () => `words ${++written} ${pick(['', '#tea', '#harbour'])} ${pick(['', `@${pick(names)}`])}`
  const deeds: Record<string, Deed> = {
    publishes: me => browserOf(me).post('/posts', { body: words() }),
    likes: async (me, other) => browserOf(me).post(`${await postOf(other)}/like`),
    unlikes: async (me, other) => browserOf(me).post(`${await postOf(other)}/like/delete`),
    reposts: async (me, other) => browserOf(me).post(`${await postOf(other)}/repost`),
    undoes: async (me, other) => browserOf(me).post(`${await postOf(other)}/repost/delete`),
    replies: async (me, other) => browserOf(me).post(`${await postOf(other)}/replies`, { body: words() }),
    quotes: async (me, other) => {
      const quote = (await postOf(other)).replace('/posts/', '')
      return browserOf(me).post('/posts', { body: words(), quote })
    },
    detaches: async (me, other) => browserOf(me).post(`${await postOf(other)}/quote/delete`),
    pins: async me => browserOf(me).post(`${await postOf(me)}/pin`),
    mutes: async (me, other) => browserOf(me).post(`${await postOf(other)}/mute`),
    hides: (me, other) => browserOf(me).post(`/@${other}/reposts/hide`),
    closes: async me => browserOf(me).post(await postOf(me), { body: words(), repliesFrom: 'following' }),
    bookmarks: async (me, other) => browserOf(me).post(`${await postOf(other)}/bookmark`),
    follows: (me, other) => browserOf(me).post(`/@${other}/follow`),
    unfollows: (me, other) => browserOf(me).post(`/@${other}/follow/delete`),
    edits: async me => browserOf(me).post(await postOf(me), { body: words() }),
    deletes: async me => browserOf(me).post(`${await postOf(me)}/delete`),
    blocks: (me, other) => browserOf(me).post(`/@${other}/block`),
    unblocks: (me, other) => browserOf(me).post(`/@${other}/block/delete`),
    sends: (me, other) => browserOf(me).post(`/messages/@${other}`, { body: words() }),
    reads: (me, other) => browserOf(me).get(`/messages/@${other}`),
    hears: me => browserOf(me).post('/notifications/read', { until: String(Date.now()) }),
    renames: me => browserOf(me).post('/settings/profile', { displayName: `${me} ${written}`, about: '' }),
    shows: async me => {
      const data = await photo(8, 8, { format: 'png' })
      const files = ['avatar', 'banner'].map(field => ({ data, field, name: 'me.png' }))
      await browserOf(me).upload('/settings/profile', files, { displayName: me })
    },
    undresses: me => browserOf(me).post('/settings/profile', { displayName: me, removeAvatar: '1' }),
    arrives: async me => void people.set(me, await site.signedIn(me)),
  }
  const common = ['publishes', 'publishes', 'publishes', 'follows', 'follows', 'sends', 'reads', 'shows']

  for (let round = 0; round < 40; round++) {
    const deed = pick([...common, ...Object.keys(deeds)])
    const [me, other] = [pick(names), pick(names)]
    it(`is not stale after ${me} ${deed} (${other})`, async () => {
      await deeds[deed]?.(me, other)
      if (relations.includes(deed))
        for (const name of [me, other])
          sidebars.set(
            name,
            (sidebars.get(name) ?? []).filter(({ part }) => !showsFollows(part)),
          )
      for (const name of people.keys()) {
        const some = [
          pick(pages),
          pick([pick(pages), `${await postOf(other)}/${pick(['likes', 'reposts', 'quotes', 'versions'])}`]),
          `/@${me}`,
          `/@${other}/followers`,
        ]
        for (const url of ['/', '/explore', ...some, await postOf(me)]) await isFresh(name, url)
      }
    })
  }

  const sidebars = new Map<Name | 'visitor', { part: string; at: number }[]>()

  function isRecentSidebar(name: Name | 'visitor', cached: string[], now: string[]): void {
    const at = Date.now()
    const recent = (sidebars.get(name) ?? []).filter(one => at - one.at < maxSidebarAgeMs)
    recent.push(...now.map(part => ({ part, at })))
    sidebars.set(name, recent)
    for (const part of cached)
      assert.ok(
        recent.some(one => one.part === part),
        `the sidebar of a page of ${name}: ${part}`,
      )
  }

  async function isFresh(name: Name | 'visitor', url: string): Promise<void> {
    const browser = browserOf(name)
    browser.cookies.delete('flash')
    const other = new Browser(uncached)
    for (const [cookie, value] of browser.cookies) other.cookies.set(cookie, value)
    const [kept, fresh] = [await browser.get(url), await other.get(url)]
    assert.equal(kept.status, fresh.status, `${name} at ${url}`)
    isRecentSidebar(name, sidebarOf(kept.text), sidebarOf(fresh.text))
    const expected = comparable(fresh.text)
    const old = comparable(kept.text).filter((line, at) => line !== expected[at])
    assert.deepEqual(old, [], `${name} at ${url}`)
  }
})
