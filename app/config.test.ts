import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, it } from 'node:test'
import { ConfigError, engineOf, publicDatabaseUrl, readConfig, root, variables } from './config.ts'

describe('configuration', () => {
  it('has defaults for everything: an embedded file in the project’s root', () => {
    const config = readConfig({})
    assert.deepEqual(config.database, {
      engine: 'sqlite',
      file: path.join(root, 'app.db'),
      synchronous: 'FULL',
    })
    assert.equal(config.publicUrl, 'http://localhost:3000')
    assert.equal(config.postMaxLength, 140)
    assert.ok(Object.isFrozen(config))
  })

  it('resolves SQLite paths from the root, whatever the working directory', () => {
    for (const [url, file] of [
      ['sqlite:data/x.db', path.join(root, 'data/x.db')],
      ['file:x.db', path.join(root, 'x.db')],
      ['sqlite:///tmp/x.db', '/tmp/x.db'],
      ['sqlite:/tmp/x.db', '/tmp/x.db'],
    ]) {
      const { database } = readConfig({ DATABASE_URL: url })
      assert.equal(database.engine === 'sqlite' && database.file, file)
    }
  })

  it('removes the pool settings from a PostgreSQL URL and keeps the rest', () => {
    const { database } = readConfig({
      DATABASE_URL: 'postgres://u:p@h/db?pool_size=5&pool_recycle=60&sslmode=require',
    })
    assert.deepEqual(database, {
      engine: 'postgresql',
      url: 'postgres://u:p@h/db?sslmode=require',
      poolSize: 5,
      poolRecycle: 60,
    })
  })

  for (const url of [
    'mysql://h/db',
    'postgress://h/db',
    'app.db',
    'sqlite:',
    'sqlite::memory:',
    'sqlite://app.db',
    'file://host/x.db',
    'sqlite:app.db?mode=ro',
    'postgres://',
    'postgres://h/db?pool_size=0',
  ]) {
    it(`refuses ${url} in one sentence`, () => {
      assert.throws(
        () => readConfig({ DATABASE_URL: url }),
        error => error instanceof ConfigError && /^DATABASE_URL (?!.*\n)/.test(error.message),
      )
    })
  }

  it('accepts a replica of PostgreSQL, with its own pool', () => {
    const { database } = readConfig({
      DATABASE_URL: 'postgres://h/db?pool_size=5',
      DATABASE_REPLICA_URL: 'postgres://r/db?pool_size=7',
    })
    assert.deepEqual(database.engine === 'postgresql' && database.replica, {
      url: 'postgres://r/db',
      poolSize: 7,
      poolRecycle: null,
    })
  })

  it('refuses a replica of SQLite, and one that is SQLite', () => {
    for (const DATABASE_URL of ['sqlite:app.db', 'postgres://h/db']) {
      const replica = DATABASE_URL.startsWith('sqlite') ? 'postgres://r/db' : 'sqlite:replica.db'
      assert.throws(
        () => readConfig({ DATABASE_URL, DATABASE_REPLICA_URL: replica }),
        error => error instanceof ConfigError && /^DATABASE_REPLICA_URL (?!.*\n)/.test(error.message),
      )
    }
  })

  it('reports every problem at once, by name', () => {
    const wrong = {
      DATABASE_URL: 'mysql://h',
      PORT: '70000',
      PUBLIC_URL: 'example.org',
      CONTACT: 'nowhere',
      SIGN_UP: 'maybe',
      POST_MAX_LENGTH: '0',
      TRUST_PROXY: 'perhaps',
      LOG_LEVEL: 'loud',
      SQLITE_SYNCHRONOUS: 'OFF',
      SITE_NAME: 'x'.repeat(61),
    }
    assert.throws(
      () => readConfig(wrong),
      error => {
        const lines = (error as Error).message.split('\n')
        assert.deepEqual(lines.map(line => line.split(' ')[0]).toSorted(), Object.keys(wrong).toSorted())
        return true
      },
    )
  })

  it('accepts deprecated values, with a warning', () => {
    assert.deepEqual(
      [readConfig({ WORKER: 'inside' }), readConfig({ WORKER: 'Apart' })].map(({ worker }) => worker),
      ['in-process', 'external'],
    )
    assert.match(readConfig({ WORKER: 'apart' }).warnings.join(), /^WORKER=apart is now WORKER=external;/)
    assert.deepEqual(readConfig({ WORKER: 'external' }).warnings, [])
  })

  it('never prints a password', () => {
    const { database } = readConfig({ DATABASE_URL: 'postgres://u:s%40cret@h:5432/db' })
    assert.equal(publicDatabaseUrl(database), 'postgres://u:***@h:5432/db')
    assert.throws(
      () => readConfig({ DATABASE_URL: 'mysql://u:secret@h/db' }),
      error => !(error as Error).message.includes('secret'),
    )
  })

  it('derives the engine from a URL', () => {
    assert.equal(engineOf('postgresql://h/db'), 'postgresql')
    assert.equal(engineOf(undefined), 'sqlite')
  })

  it('is documented in the README, every variable with its default', async () => {
    const readme = await readFile(path.join(root, 'README.md'), 'utf8')
    const rows = [...readme.matchAll(/^\| `([A-Z_]+)` +\| (?:`(.*?)`)? *\|/gm)].map(([, name, value]) => [
      name,
      value ?? '',
    ])
    const expected = Object.entries(variables).map(([name, { default: value }]) => [name, value])
    assert.deepEqual(rows, expected)
  })
})
