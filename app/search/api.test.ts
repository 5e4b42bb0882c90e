import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ApiClient, programOf } from '../testing/api.ts'
import { openSite, type Site } from '../testing/site.ts'

describe('search by the API', () => {
  let site: Site
  let visitor: ApiClient
  before(async () => {
    site = await openSite()
    visitor = new ApiClient(site.app)
    await site.write('susan', [
      'Tea at the harbour',
      'Café con leche',
      ...Array.from({ length: 30 }, (_, n) => `biscuit ${n}`),
    ])
    await site.write('john', ['Tea, tea and tea again', 'A biscuit, too'])
  })
  after(() => site.close())
  const find = async (query: string, caller = visitor) =>
    (await caller.get(`/api/search/posts?${query}`)).json.items.map(({ body }: { body: string }) => body)

  it('finds posts, newest first or the best of them, and people', async () => {
    assert.deepEqual(await find('q=cafe'), ['Café con leche'])
    assert.deepEqual(await find('q=biscuit from:john'), ['A biscuit, too'])
    assert.deepEqual((await find('q=tea&order=best')).toSorted(), [
      'Tea at the harbour',
      'Tea, tea and tea again',
    ])
    const people = await visitor.get('/api/search/people?q=sus')
    assert.deepEqual(
      people.json.items.map(({ username }: never) => username),
      ['susan'],
    )
  })

  it('goes from page to page', async () => {
    const seen: string[] = []
    for (let next: string | null = '/api/search/posts?q=biscuit'; next; ) {
      const { json } = await visitor.get(next)
      seen.push(...json.items.map(({ body }: { body: string }) => body))
      next = json.links.next
    }
    assert.equal(new Set(seen).size, 31)
    assert.equal(seen.length, 31)
  })

  it('answers whatever is asked, and refuses what is no question', async () => {
    for (const q of [
      '"',
      '*',
      'NEAR(',
      '"""',
      'from:',
      '#',
      ' ',
      '',
      'x'.repeat(10_000),
      "'); drop table posts; --",
      '\u202e',
    ])
      for (const kind of ['posts', 'people'])
        assert.equal((await visitor.get(`/api/search/${kind}?q=${encodeURIComponent(q)}`)).status, 200, q)
    for (const query of ['', 'q=a&q=b', 'q=%00', 'q=tea&order=odd', 'q=tea&before=x'])
      assert.equal((await visitor.get(`/api/search/posts?${query}`)).status, 400, query)
  })

  it('does not find what the caller may not see', async () => {
    const [susan, john] = [await programOf(site, 'susan'), await programOf(site, 'john')]
    await susan.put('/api/users/john/block')
    assert.deepEqual(await find('q=cafe', john), [])
    assert.deepEqual(await find('q=cafe'), ['Café con leche'])
  })
})
