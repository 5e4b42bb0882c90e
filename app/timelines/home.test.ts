import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createAccount } from '../accounts/queries.ts'
import { engine } from '../database/engine.ts'
import { follows, type HomeReplies, posts, reposts, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { follow } from '../follows/queries.ts'
import { type ApiClient, programOf } from '../testing/api.ts'
import { openSite, type Site } from '../testing/site.ts'

type Item = { id: number; createdAt: string; repostedAt: string | null; repostedBy: { id: number } | null }
type Entry = { at: number; id: number; by: number }

const start = Date.now() - 3 * 3_600_000

describe(`Home, on ${engine}`, () => {
  let site: Site
  let susan: ApiClient
  let people: number[]
  before(async () => {
    site = await openSite()
    susan = await programOf(site, 'susan')
    people = await site.app.db.transaction(async tx => {
      const ids: number[] = []
      for (let n = 0; n < 6; n++) {
        const account = { username: `writer${n}`, email: `writer${n}@example.com`, passwordHash: '' }
        ids.push(((await createAccount(tx, { ...account, language: null }, new Date())) as { id: number }).id)
      }
      return ids
    })
  })
  after(() => site.close())

  const change = <T>(work: Parameters<typeof site.app.db.transaction<T>>[0]) => site.app.db.transaction(work)
  const empty = () =>
    change(async tx => {
      await tx.delete(posts)
      await tx.delete(follows)
    })
  const want = (homeReplies: HomeReplies, homeReposts: boolean) =>
    change(tx => tx.update(users).set({ homeReplies, homeReposts }).where(eq(users.id, site.ids.susan)))

  const post = async (userId: number, at: number, parent?: { id: number; userId: number }) => {
    const answered = parent && parent.userId !== userId ? parent.userId : null
    const place = { parentId: parent?.id ?? null, rootId: parent?.id ?? null, answeredId: answered }
    const row = { userId, body: `at ${at}`, entities: [], ...place, createdAt: new Date(start + at) }
    const [added] = await change(tx => tx.insert(posts).values(row).returning({ id: posts.id }))
    return { id: (added as { id: number }).id, userId, at, answered }
  }
  const repost = (userId: number, { id }: { id: number }, at: number) =>
    change(tx => tx.insert(reposts).values({ postId: id, userId, createdAt: new Date(start + at) }))

  const entryOf = ({ id, createdAt, repostedAt, repostedBy }: Item): Entry => ({
    at: Date.parse(repostedAt ?? createdAt) - start,
    id,
    by: repostedBy?.id ?? 0,
  })
  type List = { entries: Entry[]; next: string | null; prev: string | null }
  const list = async (path = '/api/timelines/home'): Promise<List> => {
    const { items, links } = (await susan.get(path)).json as { items: Item[]; links: List }
    return { entries: items.map(entryOf), next: links.next, prev: links.prev }
  }

  const newestFirst = (a: Entry, b: Entry) => b.at - a.at || b.id - a.id
  /** Of entries at one place, the one that the page shows. */
  const expectedPage = (left: Entry[], size: number) => {
    const shown = new Map<number, Entry>()
    let count = 0
    for (const entry of left) {
      if (!shown.has(entry.id) && shown.size === size) break
      if (!shown.has(entry.id)) shown.set(entry.id, entry)
      count++
    }
    return { page: [...shown.values()], left: left.slice(count) }
  }

  /** Everything that Home should list, in a jumble of times that many share. */
  const jumble = async (replies: HomeReplies, withReposts: boolean) => {
    const random = (n: number, below: number) => (n * 7919 + (n >> 3) * 104_729) % below
    const seen = new Set([site.ids.susan, ...people.slice(0, 4)])
    const all = [site.ids.susan, ...people]
    const written: Awaited<ReturnType<typeof post>>[] = []
    const expected: Entry[] = []
    for (let n = 0; n < 90; n++) {
      const author = all[random(n, all.length)] as number
      const parent = n % 3 === 0 ? written[random(n + 5, written.length || 1)] : undefined
      const made = await post(author, random(n, 40), parent)
      written.push(made)
      const isReply = made.answered !== null
      const isWanted =
        !isReply || replies === 'all' || (replies === 'following' && seen.has(made.answered as number))
      if (seen.has(author) && isWanted) expected.push({ at: made.at, id: made.id, by: 0 })
    }
    for (let n = 0; n < 60; n++) {
      const by = all[random(n + 2, all.length)] as number
      const about = written[random(n * 5, written.length)] as (typeof written)[number]
      const at = random(n, 12) * 5
      const isNew = await repost(by, about, at).then(
        () => true,
        () => false,
      )
      if (isNew && withReposts && seen.has(by)) expected.push({ at, id: about.id, by })
    }
    return expected.toSorted((a, b) => newestFirst(a, b) || b.by - a.by)
  }

  /** So many replies and reposts of strangers that each followed account is looked up by itself. */
  const crowd = () =>
    change(async tx => {
      const [userId, answeredId] = people.slice(4) as [number, number]
      const place = { parentId: 1, rootId: 1, answeredId }
      const rows = Array.from({ length: 320 }, (_, n) => {
        const createdAt = new Date(start + (n % 60))
        return { userId, body: 'among strangers', entities: [], ...place, createdAt }
      })
      const added = await tx.insert(posts).values(rows).returning({ id: posts.id })
      const about = added.map(({ id }, n) => ({ postId: id, userId, createdAt: new Date(start + (n % 60)) }))
      await tx.insert(reposts).values(about)
    })

  for (const [replies, withReposts, among] of [
    ['following', true, 'few'],
    ['all', true, 'few'],
    ['none', true, 'few'],
    ['following', false, 'few'],
    ['none', false, 'few'],
    ['following', true, 'many'],
    ['all', true, 'many'],
  ] as const) {
    it(`loses and repeats nothing, page by page and back: replies ${replies}, reposts ${withReposts}, among ${among} others`, async () => {
      await empty()
      for (const id of people.slice(0, 4)) await change(tx => follow(tx, site.ids.susan, id))
      await want(replies, withReposts)
      let left = await jumble(replies, withReposts)
      assert.ok(left.length > 40)
      if (among === 'many') await crowd()
      const size = 7
      const pages: Entry[][] = []
      let answer = await list(`/api/timelines/home?limit=${size}`)
      for (;;) {
        const { page, left: rest } = expectedPage(left, size)
        assert.deepEqual(answer.entries, page, `page ${pages.length}`)
        pages.push(page)
        left = rest
        if (!answer.next) break
        answer = await list(answer.next)
      }
      assert.equal(left.length, 0, 'everything was shown')
      const places = new Set(pages.flat().map(({ at, id }) => `${at}-${id}`))
      assert.equal(places.size, pages.flat().length)
      const back: Entry[] = []
      while (answer.prev) {
        answer = await list(answer.prev)
        back.unshift(...answer.entries)
        assert.equal(new Set(answer.entries.map(({ id }) => id)).size, answer.entries.length, 'once a page')
      }
      assert.deepEqual(back.toSorted(newestFirst), back, 'the way back is in order')
      const missing = pages
        .slice(0, -1)
        .flat()
        .filter(({ id }) => !back.some(entry => entry.id === id))
      assert.deepEqual(missing, [])
    })
  }
})
