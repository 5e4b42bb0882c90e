import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type ApiClient, programOf } from '../testing/api.ts'
import { openSite, type Site } from '../testing/site.ts'

/** Statements of each endpoint, that of the token among them. */
const budgets: [url: string, most: number][] = [
  ['/api/me', 2],
  ['/api/users', 2],
  ['/api/users/john', 2],
  ['/api/users/john/followers', 3],
  ['/api/users/john/following', 3],
  ['/api/users/john/posts', 3],
  // Lists with replies and quotes among them ask for what these answer and quote.
  ['/api/users/john/replies', 4],
  ['/api/posts/1/replies', 4],
  ['/api/posts/1/likes', 3],
  ['/api/posts/1/reposts', 3],
  // The ids, the posts, and what replies among them answer.
  ['/api/likes', 4],
  ['/api/bookmarks', 4],
  ['/api/posts/1/quotes', 4],
  ['/api/posts/1/versions', 3],
  ['/api/posts', 2],
  ['/api/posts/1', 2],
  // Posts, what else lies between them, and what these answer and quote.
  ['/api/timelines/home', 4],
  ['/api/tags/tea/posts', 3],
  ['/api/search/posts?q=number', 3],
  ['/api/search/people?q=john', 2],
  ['/api/blocks', 2],
  ['/api/conversations', 2],
  ['/api/conversations/john/messages', 3],
  ['/api/notifications', 2],
  ['/api/notifications?tab=mentions', 2],
  ['/api/notifications/settings', 2],
  ['/api/openapi.json', 1],
]

describe('an endpoint', () => {
  let site: Site
  let susan: ApiClient
  before(async () => {
    site = await openSite()
    susan = await programOf(site, 'susan')
    await site.write(
      'john',
      Array.from({ length: 30 }, (_, n) => `number ${n} #tea`),
    )
    const john = await programOf(site, 'john')
    await susan.post('/api/posts/1/replies', { body: 'An answer. #tea' })
    await john.post('/api/posts/31/replies', { body: 'One more number', quotedId: 1 })
    for (const id of [1, 31, 32])
      for (const verb of ['like', 'bookmark']) await susan.put(`/api/posts/${id}/${verb}`)
    await susan.put('/api/users/john/follow')
    await susan.post('/api/conversations/john/messages', { body: 'x' })
  })
  after(() => site.close())

  for (const [url, most] of budgets) {
    it(`asks at most ${most} statements for ${url}`, async () => {
      await susan.get(url)
      site.statements.length = 0
      assert.equal((await susan.get(url)).status, 200)
      assert.ok(site.statements.length <= most, site.statements.join('\n'))
    })
  }

  it('has a budget, if it reads', () => {
    const matches = (path: string) => {
      const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
      return budgets.some(([url]) => pattern.test(url.split('?')[0] as string))
    }
    const reading = Object.entries(site.app.openapi().paths).filter(([, methods]) => methods['get'])
    assert.deepEqual(
      reading.map(([path]) => path).filter(path => !matches(path)),
      [],
    )
  })
})
