import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Database } from '../../database/database.ts'
import { engine } from '../../database/engine.ts'
import { isUnavailable } from '../../database/errors.ts'
import { migrate } from '../../database/migrations/migrations.ts'
import { openDatabase } from '../../database/open.ts'
import { mentions, posts, users } from '../../database/schema.ts'
import { emptyPostgresDatabase, migratedDatabase, type TestDatabase } from '../../testing/database.ts'
import { startPostgres } from '../../testing/postgres.ts'
import { printGuide, recipesIn } from './print.ts'
import * as recipes from './recipes.ts'

const password = 'a quiet harbour'

describe(`recipes on ${engine}`, () => {
  let test: TestDatabase
  let db: Database
  const statements: string[] = []
  const ids: Record<'susan' | 'john' | 'Sigrid' | 'david', number> = {
    susan: 0,
    john: 0,
    Sigrid: 0,
    david: 0,
  }
  before(async () => {
    test = await migratedDatabase()
    db = await openDatabase(test.config, { onStatement: statement => void statements.push(statement) })
  })
  beforeEach(async () => {
    await db.transaction(async tx => void (await tx.delete(users)))
    for (const name of Object.keys(ids) as (keyof typeof ids)[]) {
      const domain = name === 'david' ? 'example.org' : 'example.com'
      ids[name] = (await createUser(name, `${name}@${domain}`)).id
    }
  })
  after(async () => {
    await db.close()
    await test.drop()
  })
  const usernames = (rows: { username: string }[]) => rows.map(({ username }) => username)
  const bodies = (rows: { body: string }[]) => rows.map(({ body }) => body)
  const createUser = (username: string, email: string) =>
    db.transaction(tx => recipes.createUser(tx, { username, email, password }))
  const writePosts = () =>
    db.transaction(async tx => {
      const [susan, john] = [{ id: ids.susan }, { id: ids.john }]
      const first = await recipes.createPost(tx, { author: susan, body: 'my first post!' })
      await recipes.createPost(tx, { author: john, body: 'hello @susan' })
      await recipes.createPost(tx, { author: susan, body: 'my second' })
      return first
    })

  it('creates a user, and says what is taken', async () => {
    assert.equal((await recipes.userById(db, ids.susan))?.username, 'susan')
    assert.ok((await createUser('mary', 'mary@example.com')).id > ids.david)
    await assert.rejects(createUser('MARY', 'other@example.com'), /^Error: the username is taken$/)
    await assert.rejects(createUser('other', 'Susan@Example.com'), /^Error: the email is taken$/)
    assert.equal(await db.$count(users), 5)
  })

  it('creates a post through its author, with its mentions', async () => {
    await writePosts()
    assert.equal(await db.$count(mentions), 1)
    const nobody = { author: { id: 999_999 }, body: 'hm' }
    await assert.rejects(db.transaction(tx => recipes.createPost(tx, nobody)))
    assert.equal(await db.$count(posts), 3)
  })

  it('selects all users, and prints them in a loop', async context => {
    assert.deepEqual(usernames(await recipes.allUsers(db)), ['susan', 'john', 'Sigrid', 'david'])
    const print = context.mock.method(console, 'log', () => {})
    await recipes.printUsers(db)
    const printed = print.mock.calls.map(call => call.arguments)
    assert.deepEqual(
      printed,
      Object.entries(ids).map(([name, id]) => [id, name]),
    )
  })

  it('finds one by primary key, by username, and some by a condition', async () => {
    assert.equal((await recipes.userById(db, ids.john))?.username, 'john')
    assert.equal(await recipes.userById(db, 999_999), undefined)
    assert.equal((await recipes.userByUsername(db, 'SIGRID'))?.id, ids.Sigrid)
    assert.equal(await recipes.userByUsername(db, 'nobody'), undefined)
    assert.equal((await recipes.usersSeenSince(db, new Date(0))).length, 4)
    assert.deepEqual(await recipes.usersSeenSince(db, new Date(Date.now() + 1_000)), [])
  })

  it('finds a user’s posts, and none for a user who has none', async () => {
    await writePosts()
    assert.deepEqual(bodies(await recipes.postsOf(db, ids.susan)), ['my second', 'my first post!'])
    assert.deepEqual(await recipes.postsOf(db, ids.david), [])
  })

  it('finds all posts with their authors', async () => {
    await writePosts()
    statements.length = 0
    const all = await recipes.postsWithAuthors(db)
    assert.equal(statements.length, 1)
    const lines = all.map(({ author, body }) => `${author.username}: ${body}`)
    assert.deepEqual(lines, ['susan: my second', 'john: hello @susan', 'susan: my first post!'])
    assert.ok(all[0]?.createdAt instanceof Date)
    assert.deepEqual(Object.keys(all[0]?.author ?? {}).toSorted(), ['id', 'username'])
  })

  it('sorts, and finds by beginning and end, alike on both engines', async () => {
    await createUser('s_m', 's_m@EXAMPLE.com')
    const sorted = await recipes.usersByUsernameDescending(db)
    assert.deepEqual(usernames(sorted), ['susan', 'Sigrid', 's_m', 'john', 'david'])
    for (const prefix of ['s', 'S'])
      assert.deepEqual(usernames(await recipes.usersStartingWith(db, prefix)), ['s_m', 'Sigrid', 'susan'])
    assert.deepEqual(usernames(await recipes.usersStartingWith(db, 's_')), ['s_m'])
    assert.deepEqual(await recipes.usersStartingWith(db, '%'), [])
    const atExample = await recipes.usersWithEmailAt(db, 'example.com')
    assert.deepEqual(usernames(atExample), ['john', 's_m', 'Sigrid', 'susan'])
  })

  it('joins users to posts', async () => {
    await writePosts()
    assert.deepEqual(await recipes.usersJoinedToPosts(db), [
      { username: 'susan', body: 'my first post!' },
      { username: 'john', body: 'hello @susan' },
      { username: 'susan', body: 'my second' },
    ])
  })

  it('changes a username and a post', async () => {
    const id = await writePosts()
    assert.equal(await recipes.renameUser(db, ids.susan, 'Suzie'), true)
    assert.equal((await recipes.userByUsername(db, 'suzie'))?.id, ids.susan)
    assert.equal(await recipes.renameUser(db, 999_999, 'nobody'), false)
    await assert.rejects(recipes.renameUser(db, ids.susan, 'JOHN'))
    assert.equal(await recipes.changePost(db, { id, userId: ids.susan }, 'hello @john and @david'), true)
    assert.equal(await db.$count(mentions), 3)
    assert.equal(await recipes.changePost(db, { id, userId: ids.john }, 'mine now'), false)
    assert.deepEqual(bodies(await recipes.postsOf(db, ids.susan)).at(-1), 'hello @john and @david')
  })

  it('deletes a post, a user without posts and a user with posts', async () => {
    const id = await writePosts()
    assert.equal(await recipes.removePost(db, id), true)
    assert.equal(await recipes.removePost(db, id), false)
    assert.equal(await recipes.removeUser(db, ids.david), true)
    assert.equal((await recipes.postsWithAuthors(db)).length, 2)
    assert.equal(await recipes.removeUser(db, ids.susan), true)
    assert.deepEqual(bodies(await recipes.postsWithAuthors(db)), ['hello @susan'])
    assert.equal(await db.$count(mentions), 0)
    assert.equal(await recipes.removeUser(db, ids.susan), false)
  })

  it('loops over users and their posts with one statement', async () => {
    await writePosts()
    const lines = ['susan: my first post!', 'susan: my second', 'john: hello @susan']
    statements.length = 0
    assert.deepEqual(await recipes.listPostLines(db), lines)
    assert.equal(statements.length, 1)
    assert.deepEqual(await recipes.listPostLinesWithNPlusOne(db), lines)
    assert.equal(statements.length, 1 + (1 + Object.keys(ids).length))
  })

  it('leaves nothing of a transaction that throws', async () => {
    await assert.rejects(recipes.rollBackOnError(db), /changed my mind/)
    assert.equal(await db.$count(users), 4)
  })

  it('loses nothing when forty transactions change one row at once', async () => {
    await Promise.all(Array.from({ length: 40 }, () => recipes.appendToAbout(db, ids.susan, 'tea')))
    assert.equal((await recipes.userById(db, ids.susan))?.about, 'tea'.repeat(40))
  })

  it('shows a user without hash or address', async () => {
    const json = JSON.parse(await recipes.userAsJson(db, ids.susan)) as Record<string, unknown>
    assert.deepEqual(Object.keys(json).toSorted(), ['about', 'createdAt', 'displayName', 'id', 'username'])
    assert.doesNotMatch(JSON.stringify(json), /argon2|hash|@/i)
  })

  it('counts at once while the database is available', async () => {
    assert.equal(await recipes.countUsersWithRetry(db, new Date()), 4)
  })
})

/** An embedded database has no server that could restart. */
if (engine === 'postgresql')
  describe('a pool of connections', () => {
    it('survives a restart of the server', { timeout: 60_000 }, async context => {
      const server = await startPostgres()
      context.after(() => server.stop())
      const { config } = await emptyPostgresDatabase(server.url)
      await migrate(config)
      const db = await openDatabase(config)
      context.after(() => db.close())
      const createUser = (username: string) =>
        db.transaction(tx => recipes.createUser(tx, { username, email: `${username}@example.com`, password }))
      await createUser('susan')
      await Promise.all(Array.from({ length: 10 }, () => db.ping()))
      await server.stopServer()
      await assert.rejects(async () => db.$count(users), isUnavailable)
      const counting = recipes.countUsersWithRetry(db, new Date(Date.now() + 30_000))
      await server.startServer()
      assert.equal(await counting, 1)
      await createUser('john')
      assert.equal(await db.$count(users), 2)
    })
  })

describe('app/database/README.md', () => {
  it('prints the tables and recipes as they are: node app/cli/guide/print.ts updates it', () => {
    const { current, printed } = printGuide()
    assert.equal(current, printed)
  })

  it('takes every recipe from a documented function', () => {
    const source = readFileSync(path.join(import.meta.dirname, 'recipes.ts'), 'utf8')
    assert.deepEqual([...recipesIn(source).keys()].toSorted(), Object.keys(recipes).toSorted())
  })
})
