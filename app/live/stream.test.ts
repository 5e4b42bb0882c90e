import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { it } from 'node:test'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { translate } from '../locales/translate.ts'
import type { SessionState } from './queries.ts'
import { Stream } from './stream.ts'

it('a stream that is not read is dropped before much waits for it', async context => {
  const server = createServer().listen(0, '127.0.0.1')
  context.after(() => server.close())
  await once(server, 'listening')
  const request = get({ port: (server.address() as AddressInfo).port, agent: false })
  const [, raw] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
  raw.writeHead(200).flushHeaders()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.pause().on('error', () => {})
  const owner = { userId: 1, sessionId: 1, expiresAt: new Date(), t: translate('en') }
  const stream = new Stream(raw, owner)
  const stateOf = (n: number): SessionState => ({
    sessionId: 1,
    expiresAt: new Date(),
    unreadNotifications: 0,
    unreadMessages: 0,
    notification: null,
    others: 0,
    newestPostAt: null,
    jobs: `${n}`.padEnd(8_000),
  })
  let max = 0
  for (let count = 0; count < 10_000 && !raw.destroyed; count++) {
    stream.update(stateOf(count))
    max = Math.max(max, raw.writableLength)
    await yieldToEventLoop()
  }
  assert.ok(raw.destroyed)
  assert.ok(max < 128 * 1024, `${max} bytes waited`)
  stream.update(stateOf(0))
  stream.beat()
  stream.finish()
})
