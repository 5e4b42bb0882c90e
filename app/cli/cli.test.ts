import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { root } from '../config.ts'
import { engine } from '../database/engine.ts'
import { runCommand } from '../testing/commands.ts'
import { emptyDatabase, type TestDatabase } from '../testing/database.ts'
import { eventually } from '../testing/eventually.ts'
import { freePort } from '../testing/free-port.ts'
import { endProcess, runProcess, startProcess } from '../testing/process.ts'
import { openSite, password } from '../testing/site.ts'

describe(`the commands on ${engine}`, () => {
  let test: TestDatabase
  before(async () => {
    test = await emptyDatabase()
  })
  after(() => test.drop())
  const cli = (...args: string[]) => runCommand(args, { DATABASE_URL: test.url })
  const process = (...args: string[]) => runProcess(['app/cli.ts', ...args], { DATABASE_URL: test.url })

  it('explain themselves', async () => {
    const { code, output } = await process()
    assert.equal(code, 0)
    for (const name of ['demo', 'seed', 'user', 'db:check']) {
      assert.match(output, new RegExp(`^${name} `, 'm'))
      assert.equal((await cli(name, '--help')).code, 0)
    }
  })

  it('refuse in a sentence what they do not know', async () => {
    for (const args of [
      ['nope'],
      ['user'],
      ['user', 'dance', 'susan'],
      ['seed', '--fast'],
      ['user', 'sign-out', 'nobody'],
    ]) {
      const refused = await cli(...args)
      assert.equal(refused.code, 1, args.join(' '))
      assert.match(refused.output, /^[^\n]+\n$/, args.join(' '))
      if (args[0] === 'user') assert.deepEqual(await process(...args), refused)
    }
  })

  it('seed a database once, and again only with --force', async () => {
    // The demo below, and the guide on both engines, have theirs drawn.
    const first = await process('seed', '--without-pictures')
    assert.equal(first.code, 0, first.output)
    assert.match(first.output, /39 people, 415 posts and 361 follows/)
    const lines = (await cli('db:backup', '-')).output.split('\n').filter(line => line.startsWith('{"table"'))
    const rows = lines.map(line => JSON.parse(line) as { table: string; row: Record<string, unknown> })
    const of = (name: string) => rows.flatMap(({ table, row }) => (table === name ? [row] : []))
    const liked = of('notifications').filter(({ kind }) => kind === 'like')
    assert.ok(liked.some(row => row['read_at'] === null) && liked.some(row => row['read_at'] !== null))
    assert.ok(of('post_versions').length >= 5)
    for (const post of of('posts')) {
      const count = (name: string) => of(name).filter(row => row['post_id'] === post['id']).length
      assert.deepEqual([post['like_count'], post['repost_count']], [count('likes'), count('reposts')])
    }
    const second = await cli('seed')
    assert.equal(second.code, 1)
    assert.match(second.output, /39 users already/)
    assert.equal((await cli('seed', '--force', '--without-pictures')).code, 0)
    const listed = (await cli('user', 'list')).output.trim().split('\n')
    assert.equal(listed.length, 39)
    assert.match(String(listed[0]), /^\d+\tsusan\tsusan@example\.com\t\d{4}-/)
  })

  it('delete an account, but only with --yes', async () => {
    assert.equal((await cli('user', 'delete', 'greta')).code, 1)
    assert.equal((await cli('user', 'delete', 'greta', '--yes')).code, 0)
    assert.doesNotMatch((await cli('user', 'list')).output, /greta/)
  })

  it('find the schema and its migrations in agreement', async () =>
    assert.equal((await cli('db:check')).code, 0))
})

describe('a person who forgot their password', () => {
  it('gets a link that works once, and is signed out everywhere', async () => {
    const site = await openSite()
    const { database } = site.config
    const url = database.engine === 'sqlite' ? `sqlite:${database.file}` : database.url
    const susan = await site.signedIn('susan')
    const { output } = await runCommand(['user', 'reset-link', 'Susan'], {
      DATABASE_URL: url,
    })
    const link = new URL(String(/^http\S+/.exec(output)?.[0])).pathname
    const visitor = site.visitor()
    assert.equal((await visitor.get(link)).status, 200)
    for (const [typed, field] of [
      [{ password: 'short' }, '#password'],
      [{ password: 'a new one, long', password_again: 'other' }, '#password_again'],
    ] as const) {
      const refused = await visitor.post(link, { ...typed })
      assert.equal(refused.status, 422)
      assert.equal(refused.page.querySelector(field)?.getAttribute('aria-invalid'), 'true')
    }
    assert.equal((await visitor.post(link, { password: 'a new one, long' })).location, '/sign-in')
    assert.equal((await susan.get('/posts/new')).status, 303, 'her other session has ended')
    assert.equal((await visitor.get(link)).status, 410)
    assert.equal((await visitor.post(link, { password: 'again and again' })).status, 410)
    assert.equal((await visitor.post('/sign-in', { identifier: 'susan', password })).status, 422)
    assert.equal(
      (await visitor.post('/sign-in', { identifier: 'susan', password: 'a new one, long' })).status,
      303,
    )
    assert.equal((await visitor.get(`/passwords/${'a'.repeat(43)}`)).status, 410)
    for (const token of ['x', '../../etc/passwd'])
      assert.equal((await visitor.get(`/passwords/${token}`)).status, 404)
    await site.close()
  })

  it('gets the same link by the former spelling, with a note', async () => {
    const site = await openSite()
    const { database } = site.config
    const url = database.engine === 'sqlite' ? `sqlite:${database.file}` : database.url
    const { code, output } = await runCommand(['user', 'password-link', 'susan'], { DATABASE_URL: url })
    assert.equal(code, 0)
    assert.match(output, /^user password-link is now user reset-link;/m)
    assert.match(output, /^http\S+\/passwords\//m)
    await site.close()
  })

  it('can be signed out everywhere', async () => {
    const site = await openSite()
    const { database } = site.config
    const url = database.engine === 'sqlite' ? `sqlite:${database.file}` : database.url
    const john = await site.signedIn('john')
    assert.equal((await runCommand(['user', 'sign-out', 'john'], { DATABASE_URL: url })).code, 0)
    assert.equal((await john.get('/posts/new')).status, 303)
    await site.close()
  })
})

describe('the demo', { skip: engine !== 'sqlite' }, () => {
  it('opens a living site and leaves nothing behind', async context => {
    const folder = mkdtempSync(path.join(tmpdir(), 'microblog-demo-test-'))
    const port = await freePort()
    const demo = startProcess([`${root}/app/cli.ts`, 'demo'], {
      TMPDIR: folder,
      HOST: '127.0.0.1',
      PORT: String(port),
    })
    context.after(() => endProcess(demo))
    // It draws its pictures first; a busy machine takes its time.
    await eventually(async () => /Sign in as susan.*harbour-street/.test(demo.output()), 60_000)
    const page = await fetch(`http://127.0.0.1:${port}/explore`)
    assert.match(await page.text(), /<article/)
    assert.equal(readdirSync(folder).length, 1)
    await endProcess(demo)
    assert.ok(existsSync(folder))
    assert.deepEqual(readdirSync(folder), [])
  })
})
