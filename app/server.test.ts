import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { after, before, describe, it, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import Client from 'better-sqlite3'
import { root } from './config.ts'
import { engine } from './database/engine.ts'
import { emptyDatabase, migratedDatabase, migrateInTheFuture, type TestDatabase } from './testing/database.ts'
import { eventually } from './testing/eventually.ts'
import { endedProcess, endProcess, runProcess, startProcess } from './testing/process.ts'
import { isListening, type Server, startServer } from './testing/server.ts'
import { openSite, password } from './testing/site.ts'

/** What a start does with its settings and its port is the same on both engines. */
const engineFree = { skip: engine !== 'sqlite' }

describe(`the server process on ${engine}`, () => {
  let test: TestDatabase
  before(async () => {
    test = await emptyDatabase()
  })
  after(() => test.drop())

  it('migrates an empty database, finishes on SIGTERM what is under way, and keeps sessions over a restart', async context => {
    const server = await startServer({ DATABASE_URL: test.url })
    assert.match(server.child.output(), new RegExp(`http://127.0.0.1:${server.port}\n`))
    const cookie = await signUp(server.address)
    await stopDuringRequest(server)
    const { address } = await startAt('127.0.0.2', context)
    const page = await fetch(`${address}/posts/new`, { headers: { cookie }, redirect: 'manual' })
    assert.equal(page.status, 200)
  })

  /** A server on any free port, which ends with the test. */
  async function startAt(HOST: string, context: TestContext) {
    const server = startProcess(['app/server.ts'], { DATABASE_URL: test.url, HOST, PORT: '0' }, { cwd: root })
    context.after(() => endProcess(server))
    await eventually(async () => isListening(server) || server.exitCode !== null, 60_000)
    const address = / is open at (\S+)\n/.exec(server.output())?.[1]
    assert.equal((await fetch(`${address}/livez`)).status, 200)
    return { address, output: server.output() }
  }

  for (const [HOST, shown] of [
    ['127.0.0.2', 'http://127.0.0.2:'],
    ['::1', 'http://[::1]:'],
    ['0.0.0.0', 'http://localhost:'],
  ] as const) {
    it(`prints the address at which it listens, at HOST=${HOST} and PORT=0`, engineFree, async context => {
      const { address, output } = await startAt(HOST, context)
      assert.ok(address?.startsWith(shown), output)
    })
  }

  // With PostgreSQL, several-processes.test.ts does.
  it('starts and stops at the same time as others on one new database', {
    skip: engine !== 'sqlite',
  }, async () => {
    const fresh = await emptyDatabase()
    const settings = { DATABASE_URL: fresh.url, CONTACT: 'help@example.org' }
    const servers = await Promise.all([1, 2, 3].map(() => startServer(settings)))
    for (const { address } of servers) assert.equal((await fetch(`${address}/explore`)).status, 200)
    // A stop gathers statistics, which needs a lock that the others and one that goes on writing want, too.
    const writing = new Client(fresh.url.replace('sqlite:', ''))
    writing.exec('begin immediate')
    const stopping = Promise.all(servers.map(({ child }) => endProcess(child)))
    await delay(300)
    writing.exec('rollback')
    const codes = await stopping
    writing.close()
    const outputs = servers.map(({ child }) => child.output()).join('\n')
    assert.deepEqual(codes, [0, 0, 0], outputs)
    assert.doesNotMatch(outputs, /"level"/, 'nothing is worth a line in the log')
    await fresh.drop()
  })

  it('logs errors while it stops', engineFree, async () => {
    const program = `import fastify from 'fastify'
      import { closeOnSignal } from '${import.meta.dirname}/http/graceful-shutdown.ts'
      const app = fastify({ logger: true })
      app.addHook('onClose', async () => { throw new Error('the disk is gone') })
      closeOnSignal(app)
      process.kill(process.pid, 'SIGTERM')
      setInterval(() => {}, 1_000)`
    const { code, output } = await endedProcess(
      startProcess(['--input-type=module', '-e', program], {}, { cwd: import.meta.dirname }),
    )
    assert.equal(code, 1)
    assert.match(output, /"msg":"the disk is gone"/)
  })

  it('refuses a database that newer code has migrated', async () => {
    const newer = await migratedDatabase()
    await migrateInTheFuture(newer.config)
    const { code, output } = await runProcess(['app/server.ts'], { DATABASE_URL: newer.url })
    assert.equal(code, 1)
    assert.match(output, /^the database is newer than this code.*from_the_future.*\n$/)
    await newer.drop()
  })
})

describe('start errors', engineFree, () => {
  it('list every problem of the environment at once, without a stack', async () => {
    const { code, output } = await runProcess(['app/server.ts'], {
      DATABASE_URL: 'mysql://u:secret@h/db',
      PORT: 'x',
      SIGN_UP: 'no',
    })
    assert.equal(code, 1)
    assert.deepEqual(
      output
        .trim()
        .split('\n')
        .map(line => line.split(' ')[0]),
      ['DATABASE_URL', 'PORT', 'SIGN_UP'],
    )
    assert.doesNotMatch(output, /secret|at file:/)
  })

  it('say in a sentence that a port is taken or a database server is unavailable', async context => {
    const other = createServer().listen({ host: '127.0.0.1', port: 0 })
    await once(other, 'listening')
    context.after(() => other.close())
    const { port } = other.address() as AddressInfo
    const taken = await runProcess(['app/server.ts'], {
      DATABASE_URL: (await migratedDatabase()).url,
      CONTACT: 'help@example.org',
      HOST: '127.0.0.1',
      PORT: String(port),
    })
    assert.equal(taken.code, 1)
    assert.match(taken.output, /^cannot listen at HOST 127\.0\.0\.1, PORT \d+: that port is in use\n$/)
    const away = await runProcess(['app/server.ts'], { DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/db' })
    assert.equal(away.code, 1)
    assert.match(away.output, /^[^\n]+\n$/)
    assert.doesNotMatch(away.output, /secret/)
  })

  it('say in a sentence that pictures cannot be stored', async () => {
    const { code, output } = await runProcess(['app/server.ts'], {
      DATABASE_URL: (await migratedDatabase()).url,
      MEDIA_URL: 'file:package.json/media',
      CONTACT: 'help@example.org',
      PORT: '0',
    })
    assert.equal(code, 1)
    assert.match(
      output,
      /^the folder of pictures cannot be used \(ENOTDIR\): .*package\.json\/media: check MEDIA_URL.*\n$/,
    )
  })
})

describe('closing', () => {
  it('finishes requests under way and cuts endless streams', async () => {
    const { promise: inside, resolve: enter } = Promise.withResolvers<void>()
    const { promise: leave, resolve: finish } = Promise.withResolvers<void>()
    const config = { public: true }
    const site = await openSite(
      {},
      {
        shutdownTimeoutMs: 300,
        routes: async app => {
          app.get('/slow', { config }, async () => {
            enter()
            await leave
            return 'done'
          })
          app.get('/endless', { config }, (_request, reply) => {
            reply.hijack()
            reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
          })
        },
      },
    )
    const address = await site.app.listen({ host: '127.0.0.1', port: 0 })
    const stream = await fetch(`${address}/endless`)
    const slow = fetch(`${address}/slow`).then(response => response.text())
    await inside
    const closing = site.close()
    finish()
    assert.equal(await slow, 'done')
    await closing
    await assert.rejects(stream.text())
  })
})

async function signUp(address: string): Promise<string> {
  const signedUp = await fetch(`${address}/sign-up`, {
    method: 'POST',
    body: new URLSearchParams({ username: 'steady', email: 'steady@example.com', password }),
    redirect: 'manual',
  })
  const cookies = signedUp.headers.getSetCookie().map(text => text.split(';')[0])
  return String(cookies.find(text => text?.startsWith('session=')))
}

/** Tells a server to stop while half of a form has arrived. */
async function stopDuringRequest({ child: server, port }: Server): Promise<void> {
  const body = String(new URLSearchParams({ identifier: 'nobody', password: 'wrong' }))
  const sending = request({
    port,
    path: '/sign-in',
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length },
  })
  const answered = new Promise<number | undefined>((resolve, reject) =>
    sending.on('response', response => resolve(response.resume().statusCode)).on('error', reject),
  )
  sending.write(body.slice(0, 5))
  await eventually(async () => sending.socket?.connecting === false)
  // The server must have received the request before the signal.
  assert.equal((await fetch(`http://127.0.0.1:${port}/livez`)).status, 200)
  server.kill('SIGTERM')
  await eventually(() =>
    fetch(`http://127.0.0.1:${port}/livez`).then(
      ({ status }) => status === 503,
      () => true,
    ),
  )
  sending.end(body.slice(5))
  assert.equal(await answered, 422)
  await eventually(async () => server.exitCode === 0)
}
