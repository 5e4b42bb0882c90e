/** Very many connections of people who take nothing, or who never finish what they say. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { memoryOf } from '../load/processes.ts'
import { open, type Scene, slowestPage, soon } from './connection.ts'
import { claim, type FaultOptions } from './program.ts'
import type { Server } from './server.ts'

/** They ask and ask, and never take what they asked for. */
export async function answersNeverRead({ server }: Scene, { quick }: FaultOptions): Promise<Socket[]> {
  const count = quick ? 50 : 200
  const before = await memoryOf(server.pid)
  const requests = 20
  const sockets = Array.from({ length: count }, () => {
    const socket = open(server.url).pause()
    socket.write('GET /explore HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(requests))
    return socket
  })
  const slowest = await slowestPage(server, quick ? 3_000 : 10_000)
  const { resident } = await memoryOf(server.pid)
  const each = ((resident - before.resident) / count).toFixed(2)
  const figures = `${count} of them with ${requests} requests each; ${resident.toFixed(0)} MB, ${each} MB each`
  claim('answers that nobody reads do not fill the memory', resident - before.resident < 300, figures)
  claim('and others are answered', slowest < 3 * soon(quick), `${slowest} ms at the most`)
  return sockets
}

/** The server ends a connection on which nothing has moved for two minutes. */
export async function untilCut(sockets: Socket[]): Promise<void> {
  const start = performance.now()
  // A client that does not read does not see the end either; writing to the closed connection shows it.
  const probe = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write('x')
  }, 5_000)
  while (sockets.some(socket => !socket.closed) && performance.now() - start < 150_000) await delay(500)
  clearInterval(probe)
  const left = sockets.filter(socket => !socket.closed).length
  claim('who reads nothing is cut in the end', left === 0, `${left} of ${sockets.length} left`)
}

/** A header that never ends, a line at a time, from as many as an attacker could easily be. */
export async function slowClients({ server }: Scene, { quick }: FaultOptions): Promise<void> {
  const count = quick ? 200 : 5_000
  const before = await memoryOf(server.pid)
  const begun = performance.now()
  const sockets = await openMany(server, count)
  const opened = Math.round(performance.now() - begun)
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('x-slow: 1\r\n')
  }, 5_000)
  const slowest = await slowestPage(server, quick ? 2_000 : 10_000)
  const { resident } = await memoryOf(server.pid)
  const there = sockets.filter(socket => !socket.closed).length
  const memory = `${before.resident.toFixed(0)} MB before, ${resident.toFixed(0)} MB with them`
  const figures = `${slowest} ms at the most; ${memory}; ${there} open, all within ${opened} ms`
  claim(`${count} slow clients: others are answered`, slowest < soon(quick) && there === count, figures)
  if (!quick) await untilSlowAreCut(sockets, begun)
  clearInterval(drip)
  for (const socket of sockets) socket.destroy()
}

async function untilSlowAreCut(sockets: Socket[], begun: number): Promise<void> {
  const isOpen = () => sockets.filter(socket => !socket.closed).length
  while (isOpen() > 0 && performance.now() - begun < 100_000) await delay(200)
  const seconds = ((performance.now() - begun) / 1000).toFixed(0)
  claim('slow clients are cut', isOpen() === 0, `the last after ${seconds} s`)
}

async function openMany(server: Server, count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(250, count - sockets.length) }, () =>
      open(server.url).resume(),
    )
    await Promise.all(some.map(socket => once(socket, 'connect').catch(() => {})))
    for (const socket of some) socket.write('GET / HTTP/1.1\r\nhost: x\r\n')
    sockets.push(...some)
  }
  return sockets
}
