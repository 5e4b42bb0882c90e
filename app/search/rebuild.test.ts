import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import Client from 'better-sqlite3'
import postgres from 'postgres'
import { closeAccount, deleteAccount } from '../accounts/closure-queries.ts'
import type { DatabaseConfig } from '../config.ts'
import { engine } from '../database/engine.ts'
import { readMigrations, statementsOf } from '../database/migrations/files.ts'
import { openDatabase } from '../database/open.ts'
import { hashtags, jobs, mentions, messages, posts, users } from '../database/schema.ts'
import { and, eq } from '../database/sql.ts'
import { sendMessage } from '../messages/sending-queries.ts'
import { deletePost, editPost, publishPost } from '../posts/queries.ts'
import { runCommand } from '../testing/commands.ts'
import { migratedDatabase, type TestDatabase } from '../testing/database.ts'
import { dumpIndex } from '../testing/search-index.ts'
import { openSite, type Site } from '../testing/site.ts'
import type { Entity } from '../text/entities.ts'
import { scheduleRebuild } from './jobs.ts'
import { rebuildIndex } from './rebuild.ts'

/** Makes the index wrong in every way: rows without words, wrong words, rows of nothing. */
async function spoil(config: DatabaseConfig): Promise<void> {
  if (config.engine === 'sqlite') {
    const client = new Client(config.file)
    client.exec(`delete from post_fts where rowid in (select rowid from post_fts limit 100);
      insert into post_fts(rowid, words) values (12345, 'nobody wrote this'), (9000000000000000000, 'nor this');
      delete from person_fts; insert into person_fts(rowid, words) values (999, 'nobody')`)
    client.close()
  } else {
    const client = postgres(config.url, { max: 1 })
    await client`delete from post_fts where post_id % 3 = 0`
    await client`update post_fts set words = '''nobody'':1 ''wrote'':2 ''this'':3' where post_id % 3 = 1`
    await client`delete from person_fts`
    await client.end()
  }
}

describe(`rebuilding the index on ${engine}`, { timeout: 60_000 }, () => {
  let site: Site
  before(async () => {
    site = await openSite()
    const moment = new Date(Date.now() - 86_400_000)
    for (const name of ['susan', 'john'] as const) {
      await site.write(
        name,
        Array.from({ length: 250 }, (_, n) => `Post ${n} #tag${n % 7} 今朝の港 é`),
        moment,
      )
      await site.write(
        name,
        Array.from({ length: 50 }, (_, n) => `a ${'b '.repeat(300)} ${n}`),
        moment,
      )
    }
  })
  after(() => site.close())
  const rebuild = () => rebuildIndex({ db: site.app.db, transaction: site.app.db.transaction })

  it('leaves what is right as it is, and makes right what is not', async () => {
    const whole = await dumpIndex(site.config.database)
    assert.ok(whole.length > 600)
    assert.equal(await rebuild(), 604)
    assert.deepEqual(await dumpIndex(site.config.database), whole)
    await spoil(site.config.database)
    assert.notDeepEqual(await dumpIndex(site.config.database), whole)
    await rebuild()
    assert.deepEqual(await dumpIndex(site.config.database), whole)
  })

  it('gives nobody the mentions of an account that had the name before and was deleted', async () => {
    const [id = 0] = await site.write('susan', ['@john and @mary'])
    // As an older version left it: the account of this name was another when the post was written.
    const marys = and(eq(mentions.postId, id), eq(mentions.userId, site.ids.mary))
    await site.app.db.transaction(async tx => void (await tx.delete(mentions).where(marys)))
    await rebuild()
    const [post] = await site.app.db.select().from(posts).where(eq(posts.id, id))
    assert.deepEqual(
      post?.entities.map(({ href }) => href),
      ['/@john'],
    )
    const rows = await site.app.db.select().from(mentions).where(eq(mentions.postId, id))
    assert.deepEqual(
      rows.map(({ userId }) => userId),
      [site.ids.john],
    )
    await site.app.db.transaction(tx => deletePost(tx, { id, userId: site.ids.susan }))
  })

  it('tells how far it is', async () => {
    const told: number[] = []
    await rebuildIndex({
      db: site.app.db,
      transaction: site.app.db.transaction,
      progress: (done, total) => void told.push(done / total),
    })
    assert.deepEqual(
      told,
      told.toSorted((a, b) => a - b),
    )
    assert.equal(told.at(-1), 1)
    assert.ok(told.length > 3)
  })

  it('loses nothing that is written meanwhile, and brings nothing back', async () => {
    const { db } = site.app
    const { susan: userId } = site.ids
    const ids = (await db.select({ id: posts.id }).from(posts).where(eq(posts.userId, userId))).map(
      ({ id }) => id,
    )
    const over = new AbortController()
    const write = async () => {
      for (let n = 0; !over.signal.aborted && ids.length > 1; n++) {
        const at = new Date(Date.now() - (n % 3) * 90_000_000)
        const draft = { userId, body: `Meanwhile ${n}`, language: null }
        await db.transaction(tx => publishPost(tx, { ...draft, submission: null }, at))
        const [edited, deleted] = [ids.shift() as number, ids.pop() as number]
        await db.transaction(tx => editPost(tx, { ...draft, id: edited, body: `Changed ${n}` }, at))
        await db.transaction(tx => deletePost(tx, { id: deleted, userId }))
      }
    }
    await spoil(site.config.database)
    const writing = write()
    for (let times = 0; times < 4; times++) await rebuild()
    over.abort()
    await writing
    const afterwards = await dumpIndex(site.config.database)
    await rebuild()
    assert.deepEqual(await dumpIndex(site.config.database), afterwards)
    assert.ok(afterwards.some(line => line.includes('meanwhile')))
  })

  it('is a command, beside the running site', async () => {
    await spoil(site.config.database)
    const url = site.config.database
    const DATABASE_URL = url.engine === 'sqlite' ? `sqlite:${url.file}` : url.url
    const { code, output } = await runCommand(['search:rebuild'], { DATABASE_URL })
    assert.equal(code, 0, output)
    assert.match(output, /^Indexed [\d,]+ posts and people\.\n$/)
    const whole = await dumpIndex(site.config.database)
    await rebuild()
    assert.deepEqual(await dumpIndex(site.config.database), whole)
  })

  it('leaves nothing of an account that is gone', async () => {
    const { db } = site.app
    const { john: id } = site.ids
    await db.transaction(tx => closeAccount(tx, id, new Date()))
    await db.transaction(tx => deleteAccount(tx, id))
    const whole = await dumpIndex(site.config.database)
    assert.ok(!whole.some(line => / john$| @2$|'john'|'@2'/.test(line)))
    await rebuild()
    assert.deepEqual(await dumpIndex(site.config.database), whole)
  })

  it('happens by itself on a site that had posts before it had a search', async () => {
    const other = await openSite()
    await other.write('susan', ['An old post'])
    const { db } = other.app
    const waiting = () => db.select().from(jobs).where(eq(jobs.name, 'search.rebuild'))
    assert.deepEqual(await waiting(), [])
    await db.transaction(async tx => void (await tx.delete(users).where(eq(users.username, 'mary'))))
    await clear(other.config.database)
    assert.deepEqual((await other.visitor().get('/search?q=old')).page.querySelectorAll('article'), [])
    await scheduleRebuild(db)
    await scheduleRebuild(db)
    assert.equal((await waiting()).length, 1)
    await other.workJobs()
    assert.equal((await other.visitor().get('/search?q=old')).page.querySelectorAll('article').length, 1)
    assert.deepEqual(
      (await waiting()).map(({ state, result }) => [state, result]),
      [['done', { rows: 4 }]],
    )
    await other.close()
  })
})

/** Runs the statements of a migration of the site's own engine again. */
async function runMigration(config: DatabaseConfig, name: string): Promise<void> {
  const migration = (await readMigrations(engine)).find(one => one.name.endsWith(name))
  for (const statement of statementsOf(migration?.sql ?? assert.fail())) {
    if (config.engine === 'sqlite') {
      const client = new Client(config.file)
      client.exec(statement)
      client.close()
    } else {
      const client = postgres(config.url, { max: 1 })
      await client.unsafe(statement)
      await client.end()
    }
  }
}

describe(`texts that an older version stored on ${engine}`, () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  it('are put right once by the job that the migration adds', async () => {
    const { db } = site.app
    const { susan, john } = site.ids
    await runMigration(site.config.database, 'refresh_texts')
    assert.equal(await db.$count(jobs), 0, 'where there is nothing to put right')
    const body = '#asp.net @john @mary می‌خواهم #İstanbul'
    const [id = 0] = await site.write('susan', [body])
    const old: Entity[] = [
      { kind: 'tag', start: 0, end: 4, href: '/tags/asp' },
      { kind: 'link', start: 1, end: 8, href: 'https://asp.net' },
      { kind: 'mention', start: 9, end: 14, href: '/@john' },
    ]
    const message = { senderId: susan, to: 'john', body, language: null, submission: null }
    await db.transaction(tx => sendMessage(tx, message, new Date()))
    await db.transaction(async tx => {
      await tx.update(posts).set({ entities: old })
      await tx.update(messages).set({ entities: old })
      await tx.delete(mentions).where(eq(mentions.userId, site.ids.mary))
      await tx.delete(hashtags)
      await tx.insert(hashtags).values({ tag: 'i\u0307stanbul', postId: id, createdAt: new Date() })
      await tx.update(users).set({ displayName: '\ufe0f\u034f' }).where(eq(users.id, john))
    })
    const shown = (await site.visitor().get(`/posts/${id}`)).page.querySelector('article .content')
    assert.equal(shown?.text, body, 'nothing is doubled meanwhile')

    await runMigration(site.config.database, 'refresh_texts')
    await runMigration(site.config.database, 'refresh_texts')
    assert.equal(await db.$count(jobs), 1)
    await site.workJobs()
    const expected = ['/tags/asp', '/@john', '/tags/istanbul']
    for (const table of [posts, messages]) {
      const [row] = await db.select({ entities: table.entities }).from(table)
      assert.deepEqual(
        row?.entities.map(({ href }) => href),
        expected,
      )
    }
    const tags = (await db.select().from(hashtags)).map(({ tag }) => tag)
    assert.deepEqual(tags.toSorted(), ['asp', 'istanbul'])
    assert.deepEqual(
      (await db.select().from(mentions)).map(({ userId }) => userId),
      [john],
    )
    const found = async (path: string) =>
      (await site.visitor().get(path)).page.querySelectorAll('article').length
    assert.equal(await found('/tags/istanbul'), 1)
    assert.equal(await found(`/search?q=${encodeURIComponent('میخواهم')}`), 1)
    const [named] = await db.select().from(users).where(eq(users.id, john))
    assert.equal(named?.displayName, 'john')
  })
})

describe(`the index on ${engine} is right`, { timeout: 60_000 }, () => {
  it('after a seed, an import and a restore, as if it had been rebuilt', async () => {
    const [test, other] = [await migratedDatabase(), await migratedDatabase()]
    const folder = mkdtempSync(path.join(tmpdir(), 'microblog-test-'))
    const cli = async (database: TestDatabase, ...words: string[]) => {
      const { code, output } = await runCommand(words, { DATABASE_URL: database.url })
      assert.equal(code, 0, output)
      const whole = await dumpIndex(database.config)
      const db = await openDatabase(database.config)
      await rebuildIndex({ db, transaction: db.transaction })
      await db.close()
      assert.deepEqual(await dumpIndex(database.config), whole, words[0])
      return whole
    }
    const seeded = await cli(test, 'seed', '--without-pictures')
    assert.ok(seeded.length > 300)
    const [file, backup] = [path.join(folder, 'import.json'), path.join(folder, 'backup.ndjson')]
    const post = { body: 'Imported #words', created_at: '1999-12-31' }
    const imported = {
      username: 'newcomer',
      email: 'n@example.com',
      display_name: 'Somebody New',
      posts: [post],
    }
    writeFileSync(file, JSON.stringify([imported]))
    const whole = await cli(test, 'import', file)
    assert.ok(whole.length > seeded.length)
    await cli(test, 'db:backup', backup)
    assert.deepEqual(await cli(other, 'db:restore', backup), whole)
    await Promise.all([test.drop(), other.drop()])
    rmSync(folder, { recursive: true })
  })
})

async function clear(config: DatabaseConfig): Promise<void> {
  if (config.engine === 'sqlite') {
    const client = new Client(config.file)
    for (const name of ['post_fts', 'person_fts'])
      client.exec(`insert into ${name}(${name}) values ('delete-all')`)
    client.close()
  } else {
    const client = postgres(config.url, { max: 1 })
    await client`truncate post_fts, person_fts`
    await client.end()
  }
}
