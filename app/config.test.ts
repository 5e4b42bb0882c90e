import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { readEnvFile } from './config/env-file.ts'
import { ConfigError, engineOf, publicDatabaseUrl, readConfig, root, variables } from './config.ts'
import { copyProject } from './testing/project.ts'

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

  const serverOf = (url: string) => {
    const { database } = readConfig({ DATABASE_URL: url })
    assert.equal(database.engine, 'postgresql')
    return database
  }

  it('reads a connection string of PostgreSQL', () => {
    const url = 'postgres://u%40x:p:w@h/we%20ird?pool_size=5&pool_recycle=60&sslmode=require&jit=on'
    const { tls, ...server } = serverOf(url)
    assert.equal((tls as { rejectUnauthorized: boolean }).rejectUnauthorized, false)
    assert.deepEqual(server, {
      engine: 'postgresql',
      url,
      hosts: ['h'],
      ports: [5432],
      user: 'u@x',
      password: 'p:w',
      database: 'we ird',
      poolSize: 5,
      poolRecycle: 60,
      connectTimeout: 5,
      directTls: false,
      role: null,
      session: { jit: 'on' },
      notes: [],
    })
  })

  it('reads it as libpq does, also where an URL could not be', () => {
    for (const [url, shown] of [
      ['postgres://u:50%@h/süd', 'postgres://u:***@h:5432/süd'],
      ['postgres://u:p@ss#1@h:6432/s%C3%BCd', 'postgres://u:***@h:6432/süd'],
      ['postgresql+psycopg://u:%F0%9F%8D%B5%zz@h/db', 'postgres://u:***@h:5432/db'],
      ['postgres://u@[::1]:5433/db', 'postgres://u@[::1]:5433/db'],
      ['postgres:///db?host=/run/postgresql', 'postgres:///db?host=/run/postgresql'],
      ['postgres://u@/db?host=/run/postgresql&password=secret', 'postgres://u:***@/db?host=/run/postgresql'],
      ['postgres://%2Frun%2Fpostgresql/db', 'postgres:///db?host=/run/postgresql'],
      ['postgres://a,b:5433/db?target_session_attrs=primary', 'postgres://a:5432,b:5433/db'],
      ['POSTGRES://h?user=u&dbname=d', 'postgres://u@h:5432/d'],
    ])
      assert.equal(publicDatabaseUrl(serverOf(String(url))), shown)
    assert.equal(serverOf('postgres://u:%F0%9F%8D%B5%zz%ff@h/db').password, '🍵%zz%ff')
  })

  it('encrypts where the server offers it, unless that is this machine', () => {
    for (const [url, tls] of [
      ['postgres://h/db', 'prefer'],
      ['postgres://localhost/db', false],
      ['postgres://127.0.0.2/db', false],
      ['postgres://[::1]/db?sslmode=prefer', 'prefer'],
      ['postgres:///db?host=/run&sslmode=require', false],
      ['postgres://h/db?sslmode=disable', false],
    ])
      assert.equal(serverOf(String(url)).tls, tls)
  })

  it('takes the limits of other drivers for its own, and says what it leaves out', () => {
    const url = 'postgres://h/db?connection_limit=3&max_lifetime=90&pgbouncer=true&pool_timeout=9&supa=x'
    const { poolSize, poolRecycle } = serverOf(url)
    assert.deepEqual([poolSize, poolRecycle], [3, 90])
    const { warnings } = readConfig({ DATABASE_URL: `${url}&channel_binding=require` })
    assert.equal(warnings.length, 3)
    assert.match(warnings[0] as string, /^DATABASE_URL has pool_timeout, supa: of no use here/)
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
    'postgres://u:p/w@h/db',
    'postgres://u:p?w@h/db',
    'postgres://h:port/db',
    'postgres://a,/run/db',
    'postgres:///db',
    'postgres://h/db?frobnicate=1',
    'postgres://h/db?TimeZone=Asia/Tokyo',
    'postgres://h/db?sslmode=sometimes',
    'postgres://h/db?sslrootcert=/nowhere/root.crt&sslmode=verify-full',
    'postgres://h/db?sslmode=require&sslcert=package.json',
    'postgres://h/db?sslmode=require&sslcert=package.json&sslkey=package.json',
    'postgres://h/db?gssencmode=require',
    'postgres://h/db?require_auth=scram-sha-256',
    'postgres://h/db?service=x',
    'postgres://h/db?target_session_attrs=standby',
    'postgres://h/db?connect_timeout=soon',
    'jdbc:postgresql://h/db',
  ]) {
    it(`refuses ${url} in one sentence`, () => {
      assert.throws(
        () => readConfig({ DATABASE_URL: url }),
        error =>
          error instanceof ConfigError &&
          /^DATABASE_URL (?!.*\n)/.test(error.message) &&
          !/p[/?]w/.test(error.message),
      )
    })
  }

  it('names the parameter that it refuses', () => {
    for (const name of [
      'frobnicate',
      'require_auth',
      'sslidentity',
      'gssencmode',
      'DateStyle',
      'constructor',
    ])
      assert.throws(
        () => readConfig({ DATABASE_URL: `postgres://h/db?${name}=require&sslmode=disable` }),
        new RegExp(`^ConfigError: DATABASE_URL .*\\b${name}\\b`),
      )
  })

  it('has pictures in a folder beside the database, or where MEDIA_URL says', () => {
    const folderOf = (variables: Record<string, string>) => {
      const { media } = readConfig(variables)
      return media.kind === 'folder' && media.path
    }
    assert.equal(folderOf({}), path.join(root, 'media'))
    assert.equal(folderOf({ DATABASE_URL: 'sqlite:/srv/data/x.db' }), '/srv/data/media')
    assert.equal(folderOf({ DATABASE_URL: 'postgres://h/db' }), path.join(root, 'media'))
    assert.equal(folderOf({ MEDIA_URL: 'file:pictures' }), path.join(root, 'pictures'))
    for (const url of ['file:/srv/p q', 'file:///srv/p q'])
      assert.equal(folderOf({ MEDIA_URL: url }), '/srv/p q')
  })

  const keys = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 's3cret' }

  it('has pictures in a bucket', () => {
    const bucketOf = (MEDIA_URL: string) => readConfig({ MEDIA_URL, ...keys }).media
    const access = { kind: 'bucket', accessKeyId: 'key', secretAccessKey: 's3cret' }
    assert.deepEqual(bucketOf('s3://pictures?endpoint=https://s3.example.org'), {
      ...access,
      endpoint: 'https://s3.example.org/pictures',
      region: 'auto',
    })
    assert.deepEqual(bucketOf('s3://p?endpoint=http://127.0.0.1:9000/&region=eu-west-1'), {
      ...access,
      endpoint: 'http://127.0.0.1:9000/p',
      region: 'eu-west-1',
    })
  })

  it('refuses a place of pictures that it does not understand, without saying a secret', () => {
    for (const [url, why] of [
      ['pictures', /must be file:path or s3:/],
      ['https://s3.example.org/pictures', /must be file:path or s3:/],
      ['file:', /must be/],
      ['file://host/path', /must be/],
      ['s3://', /must be/],
      ['s3://p/folder?endpoint=https://h', /must be/],
      ['s3://p', /has no endpoint/],
      ['s3://p?endpoint=h', /has no endpoint/],
      ['s3://p?endpoint=https://u:s3cret@h', /has no endpoint/],
      ['s3://u:s3cret@p?endpoint=https://h', /AWS_ACCESS_KEY_ID/],
      ['s3://p?endpoint=https://h&zone=1', /has the parameter zone/],
    ] as const)
      assert.throws(
        () => readConfig({ MEDIA_URL: url, ...keys }),
        (error: Error) =>
          error instanceof ConfigError &&
          /^MEDIA_URL (?!.*\n)/.test(error.message) &&
          why.test(error.message) &&
          !error.message.includes('s3cret'),
        url,
      )
    const MEDIA_URL = 's3://p?endpoint=https://h'
    for (const half of [{}, { AWS_ACCESS_KEY_ID: 'key' }, { AWS_SECRET_ACCESS_KEY: 's3cret' }])
      assert.throws(
        () => readConfig({ MEDIA_URL, ...half }),
        /^ConfigError: MEDIA_URL of a bucket needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, too$/,
      )
  })

  it('accepts a replica of PostgreSQL, with its own pool', () => {
    const { database } = readConfig({
      DATABASE_URL: 'postgres://h/db?pool_size=5',
      DATABASE_REPLICA_URL: 'postgres://r/db?pool_size=7',
    })
    const { hosts, poolSize } = (database as ReturnType<typeof serverOf>).replica ?? {}
    assert.deepEqual([hosts, poolSize], [['r'], 7])
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
      SITE_DESCRIPTION: 'x'.repeat(201),
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

  it('refuses /dev/mail to other machines, and warns of it and of TRUST_PROXY=true', () => {
    for (const [environment, said] of [
      [{ HOST: '0.0.0.0' }, /^HOST must be this machine alone/],
      [{ HOST: '::' }, /^HOST must/],
      [{ HOST: 'social.example.org' }, /^HOST must/],
      [{ PUBLIC_URL: 'https://social.example.org' }, /^PUBLIC_URL must not be https/],
    ] as const)
      assert.throws(
        () => readConfig({ NODE_ENV: 'development', ...environment }),
        error => error instanceof ConfigError && said.test(error.message),
      )
    for (const HOST of ['localhost', '127.0.0.2', '[::1]'])
      assert.match(String(readConfig({ NODE_ENV: 'development', HOST }).warnings), /\/dev\/mail/)
    assert.match(String(readConfig({ TRUST_PROXY: 'true' }).warnings), /^TRUST_PROXY=true believes any/)
    assert.deepEqual(readConfig({ TRUST_PROXY: '127.0.0.1', HOST: '0.0.0.0' }).warnings, [])
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

describe('.env', () => {
  const place = mkdtempSync(path.join(tmpdir(), 'microblog-env-'))
  after(() => rmSync(place, { recursive: true }))
  const text = '# café\r\nSITE_NAME="Plaza ñ"\r\nPORT=3100\r\n'
  const swapped = Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()
  for (const [how, bytes] of [
    ['as UTF-8', Buffer.from(text)],
    ['with a byte order mark', Buffer.from(`\uFEFF${text}`)],
    ['as UTF-16, little-endian', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['as UTF-16, big-endian', swapped],
  ] as const) {
    it(`is understood ${how}`, () => {
      writeFileSync(path.join(place, '.env'), bytes)
      assert.deepEqual({ ...readEnvFile(path.join(place, '.env')) }, { SITE_NAME: 'Plaza ñ', PORT: '3100' })
    })
  }

  it('is refused in a sentence when it is something else', async () => {
    const project = copyProject()
    const file = path.join(project.folder, '.env')
    const said = async (environment = {}) => {
      const { code, output } = await project.run(['app/cli.ts', 'db:status'], environment)
      assert.equal(code, 1)
      return output
    }
    mkdirSync(file)
    assert.match(await said(), /^\S+\.env is a folder: it should be a text file[^\n]*\n$/)
    rmSync(file, { recursive: true })
    writeFileSync(file, Buffer.from(text, 'latin1'))
    assert.match(await said(), /^\S*\.env is not UTF-8 text[^\n]*\n$/)
    writeFileSync(file, Buffer.from('\uFEFFPORT=x\r\n', 'utf16le'))
    assert.match(await said(), /^PORT must be a whole number/)
    project.remove()
    assert.deepEqual(readEnvFile(file), {})
  })
})
