import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect as dial, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createSecureContext, TLSSocket } from 'node:tls'
import { errorMessage } from '../../cli/error-messages.ts'
import { readConfig } from '../../config.ts'
import { emptyDatabase, emptyPostgresDatabase, type TestDatabase } from '../../testing/database.ts'
import { runProcess } from '../../testing/process.ts'
import { authority, certificate, key } from '../../testing/tls.ts'
import { engine } from '../engine.ts'
import '../open.ts'

/** An embedded database has no address. */
describe('a connection string of PostgreSQL', { skip: engine !== 'postgresql' }, () => {
  let test: TestDatabase
  let folder: string
  let encrypted: Front
  const file = (name: string) => path.join(folder, name)
  before(async () => {
    test = await emptyDatabase()
    folder = mkdtempSync(path.join(tmpdir(), 'microblog-tls-'))
    for (const [name, content] of Object.entries({ authority, certificate, key }))
      writeFileSync(file(name), content)
    encrypted = await frontOf(new URL(test.url))
  })
  after(async () => {
    encrypted.close()
    await test.drop()
    rmSync(folder, { recursive: true })
  })
  /** What the server answers, or the sentence that a start would end with. */
  const ask = async (url: string, statement = 'select current_database() as answer') => {
    const { connect } = await import('./database.ts')
    const { database } = readConfig({ DATABASE_URL: url })
    const client = connect(database as Parameters<typeof connect>[0], { max: 1 })
    try {
      const [row] = await client.unsafe(statement)
      return String(row?.['answer'])
    } catch (error) {
      return errorMessage(error)
    } finally {
      await client.end({ timeout: 0 })
    }
  }
  const at = (url: string | URL, query: string) => `${String(url)}?${query}`
  const name = () => new URL(test.url).pathname.slice(1)

  const ofHosts = [
    'channel_binding=require',
    'schema=public&pgbouncer=true&connection_limit=5&pool_timeout=20',
    'target_session_attrs=read-write&application_name=x&sslmode=disable',
    'options=-c%20work_mem%3D8MB&keepalives_idle=30&supa=base-pooler.x',
    'sslmode=prefer&gssencmode=disable&client_encoding=utf8&sslrootcert=',
  ]
  for (const query of ofHosts)
    it(`works with ?${query}`, async () => assert.equal(await ask(at(test.url, query)), name()))

  it('hands known run-time parameters to the server, and keeps a reader one', async () => {
    const setting = (text: string) => `select current_setting('${text}') as answer`
    assert.equal(await ask(at(test.url, 'lock_timeout=7s'), setting('lock_timeout')), '7s')
    assert.equal(await ask(at(test.url, 'options=-c%20work_mem%3D8MB'), setting('work_mem')), '8MB')
    assert.equal(await ask(at(test.url, 'schema=pg_catalog'), setting('search_path')), 'pg_catalog')
    assert.equal(await ask(test.url, setting('application_name')), 'microblog')
  })

  for (const odd of ['süd', 'we ird', '100%', 'a#b+c']) {
    it(`finds a database called ${odd}, and a user with such a password`, async () => {
      const { hostname, port } = new URL(test.url)
      const role = `u_${name()}`
      await ask(test.url, `create role "${role}" login password '${odd}'`)
      await ask(test.url, `create database "${odd}_${name()}"`)
      const written = encodeURIComponent(`${odd}_${name()}`)
      try {
        for (const password of [encodeURIComponent(odd), odd])
          assert.equal(
            await ask(`postgres://${role}:${password}@${hostname}:${port}/${written}`),
            `${odd}_${name()}`,
          )
      } finally {
        await ask(test.url, `drop database "${odd}_${name()}"`)
        await ask(test.url, `drop role "${role}"`)
      }
    })
  }

  it('reaches a server through a Unix socket, and the second of two hosts', async () => {
    const { username, password, port } = new URL(test.url)
    const socket = await frontOf(new URL(test.url), path.join(folder, '.s.PGSQL.5439'))
    assert.equal(await ask(`postgres://${username}:${password}@/${name()}?host=${folder}&port=5439`), name())
    const encoded = encodeURIComponent(folder)
    assert.equal(
      await ask(`postgres://${username}:${password}@${encoded}:5439/${name()}?sslmode=require`),
      name(),
    )
    socket.close()
    assert.equal(
      await ask(`postgres://${username}:${password}@127.0.0.1:1,127.0.0.1:${port}/${name()}`),
      name(),
    )
  })

  it('understands TLS as libpq does', async () => {
    const secure = new URL(test.url)
    secure.host = `localhost:${encrypted.port}`
    const byAddress = new URL(secure)
    byAddress.hostname = '127.0.0.1'
    const [root, cert, its] = ['authority', 'certificate', 'key'].map(file)
    const trusted = [
      at(secure, 'sslmode=require'),
      at(secure, 'ssl=true'),
      at(secure, `sslmode=verify-full&sslrootcert=${root}`),
      at(secure, `sslmode=verify-full&sslrootcert=${root}&sslcert=${cert}&sslkey=${its}`),
      at(byAddress, `sslmode=verify-ca&sslrootcert=${root}`),
      at(byAddress, `sslmode=require&sslrootcert=${root}&ssl_min_protocol_version=TLSv1.3`),
      at(byAddress, `host=localhost&hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=${root}`),
      at(secure, 'sslaccept=accept_invalid_certs'),
    ]
    for (const url of trusted) {
      const before = encrypted.handshakes()
      assert.equal(await ask(url), name(), url)
      assert.ok(encrypted.handshakes() > before, `${url} is encrypted`)
    }
    const distrusted = [
      at(secure, 'sslmode=verify-full'),
      at(secure, 'sslmode=verify-ca'),
      at(secure, 'sslrootcert=system'),
      at(byAddress, `sslmode=verify-full&sslrootcert=${root}`),
    ]
    for (const url of distrusted) assert.match(String(await ask(url)), /certificate .* is not trusted/, url)
  })

  // In a process of its own: the driver's patch has to be there before the driver.
  it('says in a sentence that a server has no TLS', async () => {
    for (const [program, mode] of [
      ['app/server.ts', 'require'],
      ['app/cli.ts', 'verify-full'],
    ]) {
      const url = at(test.url, `sslmode=${mode}`)
      const { code, output } = await runProcess([String(program), 'db:status'], { DATABASE_URL: url })
      assert.equal(code, 1)
      assert.match(output, /^the database server has no TLS[^\n]*\n$/)
    }
  })

  it('serves drizzle-kit, too', async () => {
    const odd = await emptyPostgresDatabase(test.url)
    const { code, output } = await runProcess(['app/cli.ts', 'db:push', '--force'], {
      DATABASE_URL: at(odd.url, 'schema=public&channel_binding=require&pgbouncer=true'),
    })
    assert.equal(code, 0, output)
    assert.equal(await ask(odd.url, "select to_regclass('users')::text as answer"), 'users')
    await odd.drop()
  })
})

type Front = { port: number; handshakes(): number; close(): void }

/** Before a server: TLS at a port, or no TLS at a Unix socket. */
async function frontOf(target: URL, socketFile?: string): Promise<Front> {
  const secureContext = createSecureContext({ cert: certificate, key })
  const open: Socket[] = []
  let handshakes = 0
  const join = (near: Socket) => {
    const far = dial(Number(target.port), target.hostname)
    for (const socket of [near, far]) open.push(socket.on('error', () => {}))
    near.pipe(far).pipe(near)
  }
  const encrypt = async (near: Socket) => {
    await once(
      near.on('error', () => {}),
      'data',
    )
    near.pause().write('S')
    const inner = new TLSSocket(near, { isServer: true, secureContext })
    inner.on('secure', () => handshakes++)
    join(inner)
  }
  const server = createServer(near => (socketFile ? join(near) : void encrypt(near)))
  server.listen(socketFile ?? { port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const close = () => {
    for (const socket of open) socket.destroy()
    server.close()
  }
  const address = server.address()
  return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, handshakes: () => handshakes, close }
}
