/** A slow network between the browser and the site: pages arrive in pieces, and are seen in pieces. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** Milliseconds between two pieces: time for a frame or two. */
const PAUSE = 40
/** More than what fits into the window; the rest comes at once. */
const PIECES = 120
/** After a link, an icon, an item of a list, a part of a form, a post. */
const seam = /(?<=<\/(?:a|svg|li|textarea|form|article)>|class="hint">[^<]*<\/small>)/

/** Answers where the site is slow, and how to end that. */
export async function openSlowNetwork(site: string): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => void pass(site, request, response)).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${port}`, close }
}

async function pass(site: string, { method, url, headers }: IncomingMessage, response: ServerResponse) {
  // What a script tells, such as the time zone, changes nothing here.
  if (method !== 'GET') return response.writeHead(204).end()
  const { cookie = '', accept = '' } = headers
  const answer = await fetch(site + url, { headers: { cookie, accept } })
  const type = answer.headers.get('content-type') ?? ''
  response.writeHead(answer.status, { 'content-type': type })
  const body = Buffer.from(await answer.arrayBuffer())
  if (type.startsWith('text/html')) await drip(body.toString().split(seam), response)
  else response.end(body)
}

async function drip(pieces: string[], response: ServerResponse): Promise<void> {
  for (const piece of pieces.slice(0, PIECES)) {
    response.write(piece)
    await pause(PAUSE)
  }
  response.end(pieces.slice(PIECES).join(''))
}
