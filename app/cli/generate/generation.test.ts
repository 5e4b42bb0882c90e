import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { engine } from '../../database/engine.ts'
import { copyOf, emptyDatabase, type TestDatabase } from '../../testing/database.ts'
import { copyProject, type Project } from '../../testing/project.ts'

const schema = 'app/database/schema.ts'
const aboutColumn = "about: text().notNull().default(''),"

describe(`generating migrations, on ${engine}`, () => {
  let project: Project
  let test: TestDatabase
  let seeded: TestDatabase
  before(async () => {
    // One folder for all tests: Node compiles what is in it once.
    project = copyProject()
    seeded = await emptyDatabase()
    test = await emptyDatabase()
    const { code, output } = await project.cli(['seed'], { DATABASE_URL: seeded.url })
    assert.equal(code, 0, output)
  })
  beforeEach(() => project.reset())
  after(async () => {
    project.remove()
    await Promise.all([test.drop(), seeded.drop()])
  })
  const cli = (...args: string[]) => project.cli(args, { DATABASE_URL: test.url })
  const generate = (name: string, ...args: string[]) => cli('db:generate', '--name', name, ...args)
  const folders = (of: string) => readdirSync(path.join(project.folder, 'drizzle', of)).toSorted()
  const newest = () => folders(engine).at(-1) as string
  const read = (file: string, of: string = engine) =>
    readFileSync(path.join(project.folder, 'drizzle', of, newest(), file), 'utf8')
  const evaluate = async (code: string) => {
    const { code: exit, output } = await project.run(
      [
        '--input-type=module',
        '-e',
        `
      import { readConfig } from '${project.folder}/app/config.ts'
      import { openDatabase } from '${project.folder}/app/database/open.ts'
      import * as tables from '${project.folder}/app/database/schema.ts'
      import { sql, eq } from '${project.folder}/app/database/sql.ts'
      const db = await openDatabase(readConfig(process.env).database)
      const { users, posts, follows } = tables
      console.log(JSON.stringify(${code}))
      await db.close()`,
      ],
      { DATABASE_URL: test.url },
    )
    assert.equal(exit, 0, output)
    return JSON.parse(output)
  }
  const fresh = async () => {
    await test.drop()
    test = await copyOf(seeded)
  }

  it('writes nothing when nothing changed', async () => {
    const before = folders('sqlite')
    const { code, output } = await generate('nothing_at_all')
    assert.equal(code, 0)
    assert.match(output, /nothing was written/)
    assert.deepEqual(folders('sqlite'), before)
  })

  it('says what it found, writes both engines with a way back, applies it and takes it back', async () => {
    await fresh()
    project.edit(schema, aboutColumn, `${aboutColumn}\n    mood: text(),`)
    project.edit(
      schema,
      "index('users_last_seen_at_index')",
      "index('users_mood_index').on(users.mood),\n    index('users_last_seen_at_index')",
    )
    const { code, output } = await generate('add_mood_to_users')
    assert.equal(code, 0, output)
    assert.match(output, /added column users\.mood/)
    assert.match(output, /added index users_mood_index/)
    assert.deepEqual(folders('sqlite'), folders('postgresql'))
    assert.match(read('down.sql', 'sqlite'), /^-- Proposed/)
    assert.match(read('down.sql', 'postgresql'), /DROP COLUMN "mood"/)
    assert.equal((await cli('db:check')).code, 1, 'pending')
    assert.match((await cli('db:migrate', '--no-backup')).output, /add_mood_to_users \(\d+ ms\)/)
    assert.equal((await cli('db:check')).code, 0)
    assert.equal(
      await evaluate(
        "await db.transaction(async tx => { await tx.update(users).set({ mood: 'calm' }).where(eq(users.username, 'susan')); return 1 })",
      ),
      1,
    )
    const refused = await cli('db:rollback')
    assert.equal(refused.code, 1)
    assert.match(refused.output, /column users\.mood with 1 value: nothing was changed/)
    assert.match((await cli('db:rollback', '--yes')).output, /Lost column users\.mood with 1 value/)
    assert.equal((await cli('db:migrate', '--no-backup')).code, 0)
    assert.deepEqual(
      await evaluate('[await db.$count(users), await db.$count(posts), await db.$count(follows)]'),
      [36, 336, 311],
    )
  })

  it('keeps every row that refers to a table which SQLite has to rebuild', async () => {
    await fresh()
    project.edit(
      schema,
      "passwordHash: text('password_hash').notNull(),",
      "passwordHash: text('password_hash'),",
    )
    assert.match((await generate('allow_no_password')).output, /changed column users\.password_hash/)
    assert.equal((await cli('db:migrate', '--no-backup')).code, 0)
    assert.deepEqual(
      await evaluate('[await db.$count(users), await db.$count(posts), await db.$count(follows)]'),
      [36, 336, 311],
    )
    assert.equal((await cli('db:check')).code, 0, 'indexes and checks are all there')
    assert.equal((await cli('db:rollback')).code, 0)
    assert.deepEqual(
      await evaluate('[await db.$count(users), await db.$count(posts), await db.$count(follows)]'),
      [36, 336, 311],
    )
  })

  it('keeps the values of a column that is renamed, there and back', async () => {
    await fresh()
    project.edit(schema, aboutColumn, "bio: text().notNull().default(''),")
    project.edit(
      schema,
      "check('users_about_length', lengthBetween(users.about, ...lengths.about))",
      "check('users_about_length', lengthBetween(users.bio, ...lengths.about))",
    )
    const asked = await generate('rename_about')
    assert.equal(asked.code, 1)
    assert.match(
      asked.output,
      /^is the column users\.bio new, or an old one renamed\? Use --new users\.bio or --rename OLD=users\.bio\n$/,
    )
    const { code, output } = await generate('rename_about', '--rename', 'users.about=users.bio')
    assert.equal(code, 0, output)
    assert.match(output, /renamed column users\.about to users\.bio/)
    assert.equal((await cli('db:migrate', '--no-backup')).code, 0)
    assert.match(
      await evaluate(
        "(await db.select({ bio: users.bio }).from(users).where(eq(users.username, 'susan')))[0].bio",
      ),
      /Librarian/,
    )
    assert.equal((await cli('db:rollback')).code, 0)
    assert.equal((await cli('db:migrate', '--no-backup')).code, 0)
    assert.match(
      await evaluate(
        "(await db.select({ bio: users.bio }).from(users).where(eq(users.username, 'susan')))[0].bio",
      ),
      /Librarian/,
    )
  })

  it('lets a mistake be mended: take back, delete, edit, generate again', async () => {
    await fresh()
    project.edit(schema, aboutColumn, `${aboutColumn}\n    mod: text(),`)
    await generate('add_mod')
    await cli('db:migrate', '--no-backup')
    assert.equal((await cli('db:rollback')).code, 0)
    const name = newest()
    for (const each of ['sqlite', 'postgresql'])
      rmSync(path.join(project.folder, 'drizzle', each, name), { recursive: true })
    project.edit(schema, 'mod: text(),', "mood: text().notNull().default('calm'),")
    assert.match((await generate('add_mood')).output, /added column users\.mood/)
    assert.equal((await cli('db:migrate', '--no-backup')).code, 0)
    assert.equal(await evaluate('(await db.select({ mood: users.mood }).from(users))[0].mood'), 'calm')
    assert.equal((await cli('db:check')).code, 0)
  })

  it('shows a migration that was edited after it was applied', async () => {
    await fresh()
    project.edit(
      `drizzle/${engine}/${folders(engine)[2]}/migration.sql`,
      'CREATE TABLE',
      '-- hm\nCREATE TABLE',
    )
    assert.match(
      (await cli('db:status')).output,
      /create_posts {2}applied, and its migration\.sql was edited since/,
    )
    assert.equal((await cli('db:check')).code, 1)
  })

  it('leaves the database as it was when a migration fails half-way', async () => {
    await fresh()
    assert.equal((await generate('broken', '--custom')).code, 0)
    project.edit(
      `drizzle/${engine}/${newest()}/migration.sql`,
      '--> statement-breakpoint',
      'create table half_way (id integer);\n--> statement-breakpoint\nselect nonsense from nowhere;',
    )
    const failed = await cli('db:migrate', '--no-backup')
    assert.equal(failed.code, 1)
    assert.match((await cli('db:status')).output, /broken {2}pending/)
    assert.equal(await evaluate('await db.$count(users)'), 36)
    assert.doesNotMatch((await cli('db:push', '--explain', '--output', 'json')).output, /half_way/)
  })

  it('refuses to take back what has no way back, or says that it has none', async () => {
    await fresh()
    await generate('by_hand', '--custom')
    project.edit(`drizzle/${engine}/${newest()}/migration.sql`, '--> statement-breakpoint', 'select 1;')
    await cli('db:migrate', '--no-backup')
    assert.match((await cli('db:rollback')).output, /^\d+_by_hand has no down\.sql to roll it back\n$/)
    project.edit(
      `drizzle/${engine}/${newest()}/down.sql`,
      '-- Write',
      '-- irreversible: the past is gone\n-- Write',
    )
    assert.match((await cli('db:rollback')).output, /^\d+_by_hand cannot be rolled back: the past is gone\n$/)
  })

  for (const [what, column] of [['a column that rows cannot fill', 'mood: text().notNull(),']] as const) {
    it(`refuses ${what}, or writes what the database itself refuses, and loses nothing`, async () => {
      await fresh()
      project.edit(schema, aboutColumn, `${aboutColumn}\n    ${column}`)
      const { code, output } = await generate('add_mood')
      if (code === 0) assert.equal((await cli('db:migrate', '--no-backup')).code, 1, output)
      else assert.match(output, /users\.mood/)
      project.edit(schema, `\n    ${column}`, '')
      assert.equal(await evaluate('await db.$count(users)'), 36)
    })
  }

  for (const args of [
    [],
    ['--name', 'Bad Name'],
    ['--name', '../x'],
    ['--name', 'x', '--rename', 'a'],
    ['--nme', 'x'],
  ]) {
    it(`says in a sentence what is wrong with ${JSON.stringify(args)}`, async () => {
      if (args.includes('--rename')) project.edit(schema, aboutColumn, `${aboutColumn}\n    mood: text(),`)
      const { code, output } = await cli('db:generate', ...args)
      assert.equal(code, 1)
      assert.match(output, /^[^\n]+\n$/)
    })
  }

  it('stops drizzle-kit’s own migrate with a sentence that names ours', async () => {
    const drizzleKit = path.join(project.folder, 'node_modules/drizzle-kit/bin.cjs')
    const { code, output } = await project.run([drizzleKit, 'migrate'], { DATABASE_URL: test.url })
    assert.notEqual(code, 0)
    assert.match(output, /use npm run db:migrate/)
    assert.ok(existsSync(project.folder))
  })
})
