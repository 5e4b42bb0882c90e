import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { it } from 'node:test'
import { setImmediate as breathe } from 'node:timers/promises'
import { translate } from '../locales/translate.ts'
import { placeSince } from './place.ts'
import { type Item, Stream } from './stream.ts'

it('drops a reader who does not read, before what waits for them grows large', async context => {
  const server = createServer().listen(0, '127.0.0.1')
  context.after(() => server.close())
  await once(server, 'listening')
  const request = get({ port: (server.address() as AddressInfo).port, agent: false })
  const [, raw] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
  raw.writeHead(200).flushHeaders()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.pause().on('error', () => {})
  const owner = { userId: 1, sessionId: 1, expiresAt: new Date(), t: translate('en') }
  const stream = new Stream(raw, owner, placeSince(Date.now()))
  const items = Array.from({ length: 500 }, (_, id): Item => ({ type: 'post', id }))
  let most = 0
  for (let count = 0; count < 10_000 && !raw.destroyed; count++) {
    stream.send(items)
    most = Math.max(most, raw.writableLength)
    await breathe()
  }
  assert.ok(raw.destroyed)
  assert.ok(most < 128 * 1024, `${most} bytes waited`)
  stream.send(items)
  stream.beat()
  stream.finish()
})
