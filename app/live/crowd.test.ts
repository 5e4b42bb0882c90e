import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createAccount } from '../accounts/queries.ts'
import { follow } from '../follows/queries.ts'
import { publishPost } from '../posts/queries.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { createSession } from '../sessions/queries.ts'
import { eventually } from '../testing/eventually.ts'
import { openSite, type Site } from '../testing/site.ts'
import { SseClient } from '../testing/sse-client.ts'

describe('a thousand streams in one process', { timeout: 60_000 }, () => {
  let site: Site
  const clients: SseClient[] = []
  before(async () => {
    site = await openSite({}, { shutdownTimeoutMs: 60_000 })
    const address = await site.app.listen({ host: '127.0.0.1', port: 0 })
    for (let person = 0; person < 50; person++) {
      const cookie = await join(`reader${person}`)
      const own = Array.from({ length: 20 }, () => new SseClient(address, cookie))
      await Promise.all(own.map(client => client.open()))
      clients.push(...own)
    }
    await Promise.all(clients.map(client => client.until('badges')))
  })
  after(() => site.close())
  /** Somebody who reads john; answers the cookie of their session. */
  const join = (username: string) =>
    site.app.db.transaction(async tx => {
      const account = { username, email: `${username}@example.com`, passwordHash: '-', language: null }
      const { id: userId } = (await createAccount(tx, account, new Date())) as { id: number }
      await follow(tx, userId, site.ids.john)
      const token = newToken()
      const session = { tokenHash: hashToken(token), userId, persistent: false, userAgent: '', label: '' }
      await createSession(tx, session, new Date())
      return `session=${token}`
    })

  it('are told of a post with a handful of statements', async () => {
    site.statements.length = 0
    const draft = { userId: site.ids.john, body: 'hello', language: null, submission: null }
    await site.app.db.transaction(tx => publishPost(tx, draft, new Date()))
    await eventually(async () => clients.every(client => client.of('post').length === 1))
    const reads = site.statements.filter(text => text.startsWith('select'))
    assert.equal(reads.length, 1 + 1 + 4, 'the posts, their readers, and the sessions, 250 at a time')
  })

  it('do not hold up a stop', async () => {
    const asked = Date.now()
    await site.app.close()
    assert.ok(Date.now() - asked < 3_000, `it took ${Date.now() - asked} ms`)
    await eventually(async () => clients.every(({ isOpen, isOver }) => !isOpen && !isOver))
  })
})
