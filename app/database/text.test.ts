import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Client from 'better-sqlite3'
import postgres from 'postgres'
import { migratedDatabase, type TestDatabase } from '../testing/database.ts'
import { type Database } from './database.ts'
import { engine } from './engine.ts'
import { openDatabase } from './open.ts'
import { users } from './schema.ts'
import { asc, type SQL } from './sql.ts'
import { endsWith, inByteOrder, startsWith } from './text.ts'

/** What dictionaries mix and bytes keep apart: case, punctuation, digits, accents, other alphabets, emoji. */
const words =
  'Sam sam samuel Susan susan SUSAN su_an su%an s S ſ sß śam éa eb zoë Zoe a-b ab a9 a10 straße strasse' +
  ' ñandú 名前 名 привет \u{d7ff}x \u{e000}x \u{ffff} 🦀 🦀crab 👩‍👩‍👧 \u{10ffff} \u{10ffff}a r\u{10ffff}z'
const names = [...words.split(' '), 'a b', "o'neil", 'back\\slash']
const points = (text: string) =>
  [...text].map(character => String(character.codePointAt(0)).padStart(7)).join()
const inOrder = names.toSorted((a, b) => (points(a) < points(b) ? -1 : 1))

describe(`text on ${engine}`, () => {
  let test: TestDatabase
  let db: Database
  const now = new Date()
  before(async () => {
    test = await migratedDatabase()
    db = await openDatabase(test.config)
    const row = (username: string, number: number) => ({
      username,
      usernameKey: username,
      displayName: username,
      email: `${number}@x`,
      emailKey: `${number}@x`,
      passwordHash: '-',
      lastSeenAt: now,
      createdAt: now,
    })
    await db.transaction(async tx => void (await tx.insert(users).values(names.map(row))))
  })
  after(async () => {
    await db.close()
    await test.drop()
  })
  const namesWhere = async (condition: SQL | undefined) => {
    const found = await db
      .select({ name: users.username })
      .from(users)
      .where(condition)
      .orderBy(asc(inByteOrder(users.usernameKey)))
    return found.map(({ name }) => name)
  }

  it('is in the order of its code points, whatever the locale of the database', async () => {
    assert.deepEqual(await namesWhere(undefined), inOrder)
  })

  const parts = ['', 'm', 'an', 'a', '_', '%', '\\', 'e', '\u{d7ff}', 'x', 'nobody', 'x'.repeat(200)]
  for (const part of [...names, ...parts]) {
    it(`begins and ends with ${JSON.stringify(part)} where JavaScript says so`, async () => {
      const beginning = await namesWhere(startsWith(users.usernameKey, part))
      assert.deepEqual(
        beginning,
        inOrder.filter(name => name.startsWith(part)),
      )
      const ending = await namesWhere(endsWith(users.usernameKey, part))
      assert.deepEqual(
        ending,
        inOrder.filter(name => name.endsWith(part)),
      )
    })
  }

  const patterns = [
    'S%',
    's_s%',
    'su\\_an',
    'su\\%an',
    '%\\\\%',
    '_',
    '__',
    '%É%',
    '%(%',
    '%.%',
    "o'n%",
    '%%',
    '',
  ]
  for (const pattern of patterns) {
    it(`matches the pattern ${JSON.stringify(pattern)} of a relational where alike on both engines`, async () => {
      const source = [...pattern.matchAll(/\\([^])|([^])/gu)].map(([, literal, wild]) =>
        wild === '%' ? '[^]*' : wild === '_' ? '[^]' : (literal ?? String(wild)).replace(/[.()\\]/, '\\$&'),
      )
      const expression = new RegExp(`^${source.join('')}$`, 'u')
      const lower = new RegExp(`^${source.join('').toLowerCase()}$`, 'u')
      const found = async (condition: object) => {
        const where = { username: condition }
        return (await db.query.users.findMany({ where })).map(({ username }) => username).toSorted()
      }
      const expected = (test: (name: string) => boolean) => names.filter(test).toSorted()
      assert.deepEqual(
        await found({ like: pattern }),
        expected(name => expression.test(name)),
      )
      assert.deepEqual(
        await found({ notLike: pattern }),
        expected(name => !expression.test(name)),
      )
      assert.deepEqual(
        await found({ ilike: pattern }),
        expected(name => lower.test(name.toLowerCase())),
      )
      assert.deepEqual(
        await found({ notIlike: pattern }),
        expected(name => !lower.test(name.toLowerCase())),
      )
    })
  }

  it('is found by its beginning through an index in byte order', async () => {
    const query = db.select({ id: users.id }).from(users).where(startsWith(users.usernameKey, 'su')).toSQL()
    const plan =
      test.config.engine === 'sqlite' ? planOnSqlite(test.config, query) : planOnPostgres(test.url, query)
    assert.match(
      await plan,
      /SEARCH users USING (COVERING )?INDEX users_username_key_unique|Index (Only )?Scan using names/,
    )
  })
})

type Query = { sql: string; params: unknown[] }

async function planOnSqlite({ file }: { file: string }, { sql, params }: Query): Promise<string> {
  const client = new Client(file, { readonly: true })
  const plan = client.prepare(`explain query plan ${sql}`).all(...params)
  client.close()
  return JSON.stringify(plan)
}

/** Such an index has to be asked for there; and so few rows are read without one, unless that is forbidden. */
async function planOnPostgres(url: string, { sql, params }: Query): Promise<string> {
  const client = postgres(url, { max: 1 })
  await client.unsafe('create index names on users (username_key collate "C"); set enable_seqscan = off')
  const plan = await client.unsafe(`explain ${sql}`, params as string[])
  await client.end()
  return JSON.stringify(plan)
}
