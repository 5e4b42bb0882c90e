/** How the site says that it cannot just now, and that it lives all the same. */
import { setTimeout as delay } from 'node:timers/promises'
import type { TestDatabase } from '../../app/testing/database.ts'
import { signedIn } from './load.ts'
import { Server } from './server.ts'
import type { Reply, Visitor } from './visitor.ts'

export type Scene = { database: TestDatabase; server: Server; visitor: Visitor }

/** A site on a database with people in it, one of whom has just signed in. */
export async function withSite(
  database: TestDatabase,
  scene: (parts: Scene) => Promise<void>,
): Promise<void> {
  const server = await (await Server.on(database.url)).start()
  await scene({ database, server, visitor: await signedIn(server.url, 'susan') })
  await server.end()
  await database.drop()
}

/** The milliseconds after which /livez answered at the slowest; Infinity if it did not. */
export async function slowestOf(server: Server, milliseconds: number): Promise<number> {
  let slowest = 0
  for (const end = performance.now() + milliseconds; performance.now() < end; await delay(50)) {
    const start = performance.now()
    const isAlive = await server.isAlive()
    slowest = Math.max(slowest, isAlive ? performance.now() - start : Infinity)
  }
  return Math.round(slowest)
}

export const mostFillers = 3_000
export const filler = (n: number) => `filling the last room ${n} ${'x'.repeat(100)}`

/** Writes until there is no room. */
export async function untilRefused(visitor: Visitor): Promise<Reply> {
  for (let n = 0; ; n++) {
    const reply = await visitor.post('/posts', { body: filler(n), submission: `filler ${n}` })
    if (reply.status !== 303 || n === mostFillers - 1) return reply
  }
}

/** Milliseconds until a person can write again. */
export async function untilWritten(visitor: Visitor): Promise<number> {
  const start = performance.now()
  while ((await visitor.post('/posts', { body: 'room again', submission: 'room' })).status !== 303)
    if (performance.now() - start > 5_000) break
  return Math.round(performance.now() - start)
}

export function isToldInWords({ status, text, headers }: Reply): boolean {
  return status === 503 && /<h1/.test(text) && headers.has('retry-after')
}

export function described({ status, milliseconds }: Reply): string {
  return `${status} after ${Math.round(milliseconds)} ms`
}
