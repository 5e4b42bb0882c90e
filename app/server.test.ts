import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { root } from './config.ts'
import { engine } from './database/engine.ts'
import { emptyDatabase, migratedDatabase, migrateInTheFuture, type TestDatabase } from './testing/database.ts'
import { eventually } from './testing/eventually.ts'
import { endedProcess, endProcess, runProcess, startProcess } from './testing/process.ts'
import { startServer } from './testing/server.ts'
import { openSite, password } from './testing/site.ts'

describe(`the server process on ${engine}`, () => {
  let test: TestDatabase
  before(async () => {
    test = await emptyDatabase()
  })
  after(() => test.drop())

  it('migrates an empty database, prints its address and stops on SIGTERM', async () => {
    const { child: server, address, port } = await startServer({ DATABASE_URL: test.url })
    assert.match(server.output(), new RegExp(`http://127.0.0.1:${port}\n`))
    assert.equal((await fetch(address)).status, 200)
    assert.equal(await endProcess(server), 0)
  })

  for (const [HOST, shown] of [
    ['127.0.0.2', 'http://127.0.0.2:'],
    ['::1', 'http://[::1]:'],
    ['0.0.0.0', 'http://localhost:'],
  ] as const) {
    it(`prints the address at which it listens, at HOST=${HOST} and PORT=0`, async context => {
      const server = startProcess(
        ['app/server.ts'],
        { DATABASE_URL: test.url, HOST, PORT: '0' },
        { cwd: root },
      )
      context.after(() => endProcess(server))
      const printed = () => / is open at (\S+)\n/.exec(server.output())?.[1]
      await eventually(async () => printed() !== undefined || server.exitCode !== null, 60_000)
      assert.ok(printed()?.startsWith(shown), server.output())
      assert.equal((await fetch(`${printed()}/livez`)).status, 200)
    })
  }

  it('starts and stops at the same time as others on one new database', async () => {
    // Collecting statistics while closing needs a lock that the other processes also want.
    for (const newDatabase of [emptyDatabase, migratedDatabase, migratedDatabase]) {
      const fresh = await newDatabase()
      const settings = { DATABASE_URL: fresh.url, CONTACT: 'help@example.org' }
      const servers = await Promise.all([1, 2, 3].map(() => startServer(settings)))
      for (const { address } of servers) assert.equal((await fetch(`${address}/explore`)).status, 200)
      const codes = await Promise.all(servers.map(({ child }) => endProcess(child)))
      const outputs = servers.map(({ child }) => child.output()).join('\n')
      assert.deepEqual(codes, [0, 0, 0], outputs)
      assert.doesNotMatch(outputs, /"level"/, 'nothing is worth a line in the log')
      await fresh.drop()
    }
  })

  it('keeps sessions over a restart', async () => {
    const first = await startServer({ DATABASE_URL: test.url })
    const form = { username: 'steady', email: 'steady@example.com', password }
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const signedUp = await fetch(`${first.address}/sign-up`, {
      method: 'POST',
      body: String(new URLSearchParams(form)),
      headers,
      redirect: 'manual',
    })
    const cookie = String(signedUp.headers.getSetCookie().find(text => text.startsWith('session='))).split(
      ';',
    )[0] as string
    await endProcess(first.child)
    const second = await startServer({ DATABASE_URL: test.url })
    const page = await fetch(`${second.address}/posts/new`, { headers: { cookie }, redirect: 'manual' })
    assert.equal(page.status, 200)
    await endProcess(second.child)
  })

  it('finishes the requests under way on SIGTERM', async () => {
    const { child: server, port } = await startServer({ DATABASE_URL: test.url })
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
  })

  it('logs errors while it stops', async () => {
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

describe('start errors', () => {
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
    const { child: server, port } = await startServer({ DATABASE_URL: (await emptyDatabase()).url })
    context.after(() => endProcess(server))
    const taken = await runProcess(['app/server.ts'], {
      DATABASE_URL: (await emptyDatabase()).url,
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
      DATABASE_URL: (await emptyDatabase()).url,
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
