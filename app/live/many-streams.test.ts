import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createAccount } from '../accounts/queries.ts'
import { posts } from '../database/schema.ts'
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
    await Promise.all(clients.map(client => client.until(() => true)))
  })
  after(() => site.close())
  /** A person who reads john; returns the cookie of their session. */
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

  it('are told of a post with one statement, and of a change for everybody with one more', async () => {
    site.statements.length = 0
    const draft = { userId: site.ids.john, body: 'hello', language: null, submission: null }
    const now = new Date()
    await site.app.db.transaction(tx => publishPost(tx, draft, now))
    await eventually(async () => clients.every(({ state }) => state?.newestPostAt === now.toISOString()))
    const reads = () => site.statements.filter(text => text.startsWith('select'))
    assert.equal(reads().length, 1, 'whose Home it is')
    // It names no tag: anything may have changed, for everybody.
    await site.app.db.transaction(tx => tx.delete(posts))
    await eventually(async () => clients.every(({ state }) => state?.newestPostAt === null))
    assert.equal(reads().length, 2, 'all fifty sessions')
  })

  it('do not hold up a stop', async () => {
    const asked = Date.now()
    await site.app.close()
    assert.ok(Date.now() - asked < 30_000, `it took ${Date.now() - asked} ms`)
    await eventually(async () => clients.every(({ isOpen, isOver }) => !isOpen && !isOver))
  })
})
