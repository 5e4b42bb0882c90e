/** Bare connections to the server, for what no browser would do, and what others see meanwhile. */
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestDatabase } from '../../app/testing/database.ts'
import type { Server } from './server.ts'
import { Visitor } from './visitor.ts'

/** What all that happens to the network happens to. */
export type Scene = { server: Server; database: TestDatabase }

/** Milliseconds within which everybody else is answered, whatever some do; a test runs beside many others. */
export const soon = (quick: boolean) => (quick ? 10_000 : 1_000)

export function open(url: string): Socket {
  const { hostname, port } = new URL(url)
  return connect(Number(port), hostname).on('error', () => {})
}

/** Waits for the end of a connection, however it comes: by an error, too. */
export async function ended(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise(resolve => void socket.once('close', resolve))
}

export function statusOf(raw: string): number | null {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(raw)?.[1] ?? Number.NaN) || null
}

/** The milliseconds of the slowest of several pages requested one after the other. */
export async function slowestPage(server: Server, milliseconds: number): Promise<number> {
  const visitor = new Visitor(server.url)
  let slowest = 0
  for (const end = performance.now() + milliseconds; performance.now() < end; await delay(100)) {
    const page = await visitor.get('/explore').catch(() => null)
    slowest = Math.max(slowest, page?.status === 200 ? page.milliseconds : Infinity)
  }
  return Math.round(slowest)
}
