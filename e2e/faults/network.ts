/**
 * Connections that break, dawdle, send too much or take nothing, and a server that stands still for a while.
 *
 *     DATABASE_URL=… node e2e/faults/network.ts [--quick]
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { root } from '../../app/config.ts'
import { migratedDatabase, type TestDatabase } from '../../app/testing/database.ts'
import { endProcess, startProcess } from '../../app/testing/process.ts'
import { memoryOf } from '../load/processes.ts'
import { audit } from './audit.ts'
import { CuttingProxy } from './cutting-proxy.ts'
import { addPeople, Load, signedIn } from './load.ts'
import { claim, type FaultOptions, runFault } from './program.ts'
import { countOf } from './rows.ts'
import { Server } from './server.ts'
import { Visitor } from './visitor.ts'

/** Milliseconds within which everybody else is answered, whatever some do; a test runs beside many others. */
const soon = (quick: boolean) => (quick ? 10_000 : 1_000)

type Scene = { server: Server; database: TestDatabase }

await runFault(async options => {
  const database = await migratedDatabase()
  await addPeople(database.config)
  const server = await (await Server.on(database.url)).start()
  const scene = { server, database }
  await connectionsCut(scene, options)
  await bodyTooLarge(scene, options)
  const greedy = await answersNeverRead(scene, options)
  await slowClients(scene, options)
  await processStopped(scene, options)
  if (!options.quick) await untilCut(greedy)
  for (const socket of greedy) socket.destroy()
  claim('the server has not crashed', server.isRunning && !/"level":60/.test(server.output))
  await server.end()
  await database.drop()
})

/** The same form is sent until its answer came; how often it was cut before, and where, is random. */
async function connectionsCut({ server, database }: Scene, { quick }: FaultOptions): Promise<void> {
  const forms = quick ? 30 : 300
  const proxy = await CuttingProxy.to(server.port)
  const direct = await signedIn(server.url, 'susan')
  const cuts = { request: 0, answer: 0, done: 0 }
  for (let n = 0; n < forms; n++) {
    const isAnswer = n % 2 === 1
    proxy.cut = isAnswer
      ? { received: Math.floor(Math.random() * 300) }
      : { sent: Math.floor(Math.random() * 600) }
    const sent = { body: `cut ${n}`, submission: randomUUID() }
    // A connection of its own each time: a browser that was cut opens another one.
    if ((await postOnce(proxy.url, direct, sent)) === 303) continue
    if (isAnswer) cuts.answer++
    else cuts.request++
    if (n % 10 === 0) continue
    proxy.cut = {}
    if ((await direct.post('/posts', sent)).status === 303) cuts.done++
  }
  proxy.close()
  const copies = `select body, count(*) from posts where body like 'cut %' group by body`
  const doubled = await countOf(
    database.config,
    `select count(*) from (${copies} having count(*) > 1) as doubled`,
  )
  const there = await countOf(database.config, `select count(*) from (${copies}) as found`)
  const figures = `${cuts.request} requests and ${cuts.answer} answers cut; ${there} of ${forms} posts there`
  claim(
    'a form whose connection was cut is done once or not at all',
    doubled === 0 && there >= forms * 0.9,
    figures,
  )
  const cutSome = cuts.request + cuts.answer > forms / 2 && cuts.answer > 0
  claim('sent again after a cut, it goes through', cutSome && cuts.done > 0, `${cuts.done} times`)
  claim('and the server serves others', (await direct.get('/explore')).status === 200)
}

/** The status of a form sent over a connection of its own; null if the connection broke. */
async function postOnce(url: string, visitor: Visitor, form: Record<string, string>): Promise<number | null> {
  const body = String(new URLSearchParams(form))
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const type = 'application/x-www-form-urlencoded'
  const head = `POST /posts HTTP/1.1\r\nhost: x\r\nconnection: close\r\nsec-fetch-site: same-origin\r\ncontent-type: ${type}`
  const raw = await exchange(
    url,
    `${head}\r\ncookie: ${cookie}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  return raw.includes('\r\n\r\n') ? statusOf(raw) : null
}

function statusOf(raw: string): number | null {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(raw)?.[1] ?? Number.NaN) || null
}

/** Everything that comes back until the connection has ended, however. */
async function exchange(url: string, request: string): Promise<string> {
  const socket = open(url)
  let answer = ''
  socket.setEncoding('latin1').on('data', text => (answer += text))
  socket.write(request)
  await ended(socket)
  return answer
}

function open(url: string): Socket {
  const { hostname, port } = new URL(url)
  return connect(Number(port), hostname).on('error', () => {})
}

async function ended(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close')
}

/** A gigabyte, announced or in pieces without end: the answer comes before it has been sent. */
async function bodyTooLarge({ server }: Scene, { quick }: FaultOptions): Promise<void> {
  const before = await memoryOf(server.pid)
  const size = quick ? 2 ** 26 : 2 ** 30
  for (const isAnnounced of [true, false]) {
    const { status, sent, closed } = await sendEndlessly(server, isAnnounced ? size : null, size)
    const how = isAnnounced ? 'announced' : 'in pieces'
    const figures = `${status ?? 'cut'} after ${(sent / 2 ** 20).toFixed(1)} MB of ${size / 2 ** 20}`
    claim(
      `a huge body, ${how}: refused early, and the connection closed`,
      (status === 413 || status === null) && closed && sent < size / 4,
      figures,
    )
  }
  const { resident } = await memoryOf(server.pid)
  const grown = `${before.resident.toFixed(0)} MB before, ${resident.toFixed(0)} MB after`
  claim('a huge body does not get into memory', resident - before.resident < 60, grown)
}

async function sendEndlessly(server: Server, announced: number | null, most: number) {
  const socket = open(server.url)
  let answer = ''
  socket.setEncoding('latin1').on('data', text => (answer += text))
  const length = announced === null ? 'transfer-encoding: chunked' : `content-length: ${announced}`
  const type = 'content-type: application/x-www-form-urlencoded'
  socket.write(
    `POST /sign-in HTTP/1.1\r\nhost: x\r\nsec-fetch-site: same-origin\r\n${type}\r\n${length}\r\n\r\n`,
  )
  const piece = 'x'.repeat(65_536)
  const data = announced === null ? `${piece.length.toString(16)}\r\n${piece}\r\n` : piece
  let sent = 0
  while (sent < most && !socket.destroyed && socket.writable) {
    if (!socket.write(data))
      await Promise.race([once(socket, 'drain').catch(() => {}), ended(socket), delay(2_000)])
    sent = socket.bytesWritten
    if (answer !== '' && socket.writableNeedDrain) break
  }
  await Promise.race([ended(socket), delay(5_000)])
  const closed = socket.closed
  socket.destroy()
  return { status: statusOf(answer), sent, closed }
}

/** They ask and ask, and never take what they asked for. */
async function answersNeverRead({ server }: Scene, { quick }: FaultOptions): Promise<Socket[]> {
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
async function untilCut(sockets: Socket[]): Promise<void> {
  const start = performance.now()
  // Whoever does not read does not see the end either: what is sent to a connection that is gone tells.
  const probe = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write('x')
  }, 5_000)
  while (sockets.some(socket => !socket.closed) && performance.now() - start < 150_000) await delay(500)
  clearInterval(probe)
  const left = sockets.filter(socket => !socket.closed).length
  claim('who reads nothing is cut in the end', left === 0, `${left} of ${sockets.length} left`)
}

/** A header that never ends, a line at a time, from as many as an attacker could easily be. */
async function slowClients({ server }: Scene, { quick }: FaultOptions): Promise<void> {
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
  const memory = `${before.resident.toFixed(0)} MB before, ${resident.toFixed(0)} MB with them`
  claim(
    `${count} slow clients: others are answered`,
    slowest < soon(quick),
    `${slowest} ms at the most; ${memory}; opened in ${opened} ms`,
  )
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

async function slowestPage(server: Server, milliseconds: number): Promise<number> {
  const visitor = new Visitor(server.url)
  let slowest = 0
  for (const end = performance.now() + milliseconds; performance.now() < end; await delay(100)) {
    const page = await visitor.get('/explore').catch(() => null)
    slowest = Math.max(slowest, page?.status === 200 ? page.milliseconds : Infinity)
  }
  return Math.round(slowest)
}

/** As when the machine sleeps, or one long calculation keeps everything else waiting. */
async function processStopped({ server, database }: Scene, { quick }: FaultOptions): Promise<void> {
  const load = new Load(server.url).start()
  await delay(3_000)
  for (let n = 0; n < (quick ? 1 : 3); n++) await standStill(server, 2_000)
  if (!quick) await leaseLost({ server, database })
  await load.stop()
  const { failures, lastFailure } = load.journal
  claim('requests complete after the server stood still', failures === 0, `${failures} failed ${lastFailure}`)
  for (const body of await cutBodies(database)) load.journal.posts.set(body, { begunAt: 0, promisedAt: null })
  await audit(database.config, load, 60_000)
}

async function cutBodies({ config }: TestDatabase): Promise<string[]> {
  const { rowsOf } = await import('./rows.ts')
  const rows = await rowsOf(config, `select body from posts where body like 'cut %'`)
  return rows.map(({ body }) => String(body))
}

async function standStill(server: Server, milliseconds: number): Promise<void> {
  server.signal('SIGSTOP')
  await delay(milliseconds)
  server.signal('SIGCONT')
  await delay(500)
}

/** While one process stands still for longer than a lease, another one takes its jobs over; neither does them twice. */
async function leaseLost({ server, database }: Scene): Promise<void> {
  const visitor = await signedIn(server.url, 'susan')
  await visitor.post('/exports')
  const worker = startProcess([`${root}/app/cli.ts`, 'worker'], { DATABASE_URL: database.url })
  await standStill(server, 35_000)
  await delay(2_000)
  await endProcess(worker)
  const left = await countOf(
    database.config,
    `select count(*) from jobs where state in ('parked', 'cancelled')`,
  )
  claim('a process that stood still for longer than its leases loses no job', left === 0)
}
