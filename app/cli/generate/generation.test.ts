import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { engine } from '../../database/engine.ts'
import { copyOf, emptyDatabase, type TestDatabase } from '../../testing/database.ts'
import { copyProject, type Project } from '../../testing/project.ts'
import { schemaDump } from '../../testing/schema-dump.ts'

const schema = 'app/database/schema.ts'
const aboutColumn = "about: text().notNull().default(''),"

/** What does not depend on the engine, and compares the files of both, runs once. */
const onePass = { skip: engine !== 'sqlite' }

describe(`generating migrations, on ${engine}`, () => {
  let project: Project
  let test: TestDatabase
  let seeded: TestDatabase
  before(async () => {
    // One folder for all tests: Node compiles what is in it once.
    project = copyProject()
    seeded = await emptyDatabase()
    test = await emptyDatabase()
    const { code, output } = await project.cli(['seed', '--without-pictures'], { DATABASE_URL: seeded.url })
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
    const { code: exit, output } = await cli('shell', '-e', `JSON.stringify(${code})`)
    assert.equal(exit, 0, output)
    // The shell prints a string in quotes, after what it has to say of the migrations.
    return JSON.parse(output.trim().split('\n').at(-1)?.slice(1, -1) ?? '')
  }
  const fresh = async () => {
    await test.drop()
    test = await copyOf(seeded)
  }
  /** Writes a migration by hand, as `--custom` begins one: drizzle-kit takes longer than what is tested with it. */
  const addMigration = (name: string, up: string, down: string) => {
    const folder = path.join(project.folder, 'drizzle', engine, `29990101000000_${name}`)
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'migration.sql'), up)
    writeFileSync(path.join(folder, 'down.sql'), down)
  }
  it('writes nothing when nothing changed', onePass, async () => {
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
      [39, 415, 361],
    )
  })

  const rows = () => evaluate('[await db.$count(users), await db.$count(posts), await db.$count(follows)]')

  it('changes NOT NULL and checks in place, there and back, and keeps every row', async () => {
    await fresh()
    project.edit(
      schema,
      "passwordHash: text('password_hash').notNull(),",
      "passwordHash: text('password_hash'),\n    mood: text(),",
    )
    project.edit(schema, "in ('auto', 'light', 'dark')", "in ('auto', 'light', 'dark', 'sepia')")
    project.edit(schema, "check('jobs_state_known',", "check('jobs_state_one_of',")
    project.edit(schema, "lastUsedAt: time('last_used_at'),", "lastUsedAt: time('last_used_at').notNull(),")
    const { output } = await generate('in_place')
    assert.match(output, /changed column users\.password_hash/)
    for (const file of ['migration.sql', 'down.sql'])
      assert.doesNotMatch(read(file, 'sqlite'), /__new_|DROP TABLE/i, file)
    assert.equal((await cli('db:migrate', '--no-backup')).code, 0)
    assert.deepEqual(await rows(), [39, 415, 361])
    assert.equal((await cli('db:check')).code, 0)
    assert.equal((await cli('db:rollback')).code, 0)
    assert.deepEqual(await rows(), [39, 415, 361])
  })

  it('brings a dropped column that must not be null back with a value for each row', async () => {
    await fresh()
    await evaluate(
      "await db.transaction(async tx => { await tx.insert(sessions).values({ tokenHash: 'x', userId: 1, createdAt: new Date(), lastUsedAt: new Date(), expiresAt: new Date(), persistent: true, userAgent: 'x', label: 'Phone' }); return 1 })",
    )
    project.edit(schema, '    label: text().notNull(),\n', '')
    project.edit(schema, "    check('sessions_label_length', lengthBetween(sessions.label, 0, 100)),\n", '')
    project.edit(schema, '    persistent: flag().notNull(),\n', '')
    assert.equal((await generate('drop_label')).code, 0)
    const migrated = await cli('db:migrate', '--no-backup', '--yes')
    assert.equal(migrated.code, 0, migrated.output)
    const back = await cli('db:rollback')
    assert.equal(back.code, 0, back.output)
    project.reset()
    assert.equal((await cli('db:check')).code, 0)
    assert.deepEqual(
      await evaluate(
        'await db.select({ label: sessions.label, persistent: sessions.persistent }).from(sessions)',
      ),
      [{ label: '', persistent: false }],
    )
  })

  it('hands over what is typed as drizzle-kit, and a rebuild refuses while foreign keys are on', async () => {
    await fresh()
    const drizzleKit = (...args: string[]) =>
      project.run([path.join(project.folder, 'node_modules/drizzle-kit/bin.cjs'), ...args], {
        DATABASE_URL: test.url,
      })
    project.edit(schema, "theme: text().notNull().default('auto')", "theme: text().notNull().default('dark')")
    const generated = await drizzleKit('generate', '--config', 'drizzle.config.ts', '--name', 'migrate')
    assert.equal(generated.code, 0, generated.output)
    assert.match(generated.output, /is npm run db:generate here[^]*changed column users\.theme/)
    for (const each of ['sqlite', 'postgresql']) {
      assert.match(folders(each).at(-1) as string, /_migrate$/)
      assert.match(read('down.sql', each), /^-- Proposed/)
    }
    if (engine === 'sqlite') {
      const script = `
        import { drizzle } from 'drizzle-orm/better-sqlite3'
        import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
        import Client from 'better-sqlite3'
        const client = new Client('${test.url.replace('sqlite:', '')}')
        client.pragma('foreign_keys = ON')
        migrate(drizzle({ client }), { migrationsFolder: 'drizzle/sqlite' })`
      writeFileSync(path.join(project.folder, 'somebodys-script.mjs'), script)
      const refused = await project.run(['somebodys-script.mjs'], {})
      assert.match(refused.output, /foreign keys are on: use npm run db:migrate/)
      assert.deepEqual(await rows(), [39, 415, 361])
    }
    const { code, output } = await drizzleKit('migrate')
    assert.equal(code, 0, output)
    assert.match(output, /_migrate \(\d+ ms\)/)
    assert.equal(/Copied the database/.test(output), engine === 'sqlite')
    assert.deepEqual(await rows(), [39, 415, 361])
    assert.equal((await cli('db:check')).code, 0)
    const before = readdirSync(path.join(project.folder, 'drizzle'), { recursive: true }).toSorted()
    assert.equal((await drizzleKit('pull')).code, 0)
    assert.deepEqual(
      readdirSync(path.join(project.folder, 'drizzle'), { recursive: true }).toSorted(),
      before,
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

  it('lets a mistake be mended: take back, delete, edit, generate again', onePass, async () => {
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

  it('shows a migration that was edited after it was applied', onePass, async () => {
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
    const breaking =
      'create table half_way (id integer);\n--> statement-breakpoint\nselect nonsense from nowhere;\n'
    addMigration('broken', breaking, '')
    const failed = await cli('db:migrate')
    assert.equal(failed.code, 1)
    const sentence =
      /_broken\/migration\.sql failed at "select nonsense from nowhere;": [^\n]*nowhere[^\n]*\. Nothing was changed; mend the file, then try again/
    const lines = failed.output.trim().split('\n')
    assert.match(String(lines.at(-1)), sentence)
    assert.equal(/\. The copy is .*before-migration/.test(failed.output), engine === 'sqlite')
    const started = await project.run(['app/server.ts'], { DATABASE_URL: test.url })
    assert.match(started.output, new RegExp(`^${sentence.source.replace('_broken', '\\d+_broken')}\\n$`))
    assert.match((await cli('db:status')).output, /broken {2}pending/)
    assert.equal(await evaluate('await db.$count(users)'), 39)
    assert.doesNotMatch(String(await schemaDump(test.config)), /half_way/)
  })

  it('refuses to take back what has no way back, or says that it has none', onePass, async () => {
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

  it('refuses a new column that rows cannot fill, and writes nothing', onePass, async () => {
    const before = folders('sqlite')
    project.edit(schema, aboutColumn, `${aboutColumn}\n    mood: flag().notNull(),`)
    const { code, output } = await generate('add_mood')
    assert.equal(code, 1)
    assert.match(output, /^users\.mood is NOT NULL without a default[^\n]*\.default\(…\)[^\n]*\n$/)
    for (const each of ['sqlite', 'postgresql']) assert.deepEqual(folders(each), before)
  })

  for (const args of [
    [],
    ['--name', 'Ünnamed'],
    ['--name', '../x'],
    ['--name', 'x', '--rename', 'a'],
    ['--nme', 'x'],
  ]) {
    it(`says in a sentence what is wrong with ${JSON.stringify(args)}`, onePass, async () => {
      if (args.includes('--rename')) project.edit(schema, aboutColumn, `${aboutColumn}\n    mood: text(),`)
      const { code, output } = await cli('db:generate', ...args)
      assert.equal(code, 1)
      assert.match(output, /^[^\n]+\n$/)
    })
  }

  it('says what a migration will drop, and drops it only when told', async () => {
    await fresh()
    project.edit(
      schema,
      "    check('users_about_length', lengthBetween(users.about, ...lengths.about)),\n",
      '',
    )
    project.edit(schema, aboutColumn, '')
    assert.equal((await cli('db:generate', '-m', 'drop about')).code, 0)
    const refused = await cli('db:migrate', '--no-backup')
    assert.equal(refused.code, 1)
    assert.match(
      refused.output,
      /\nthis would lose column users\.about with 39 values: nothing was changed; npm run db:migrate -- --yes [^\n]+\n$/,
    )
    assert.match((await cli('db:status')).output, /_drop_about {2}pending/)
    const told = await cli('db:migrate', '--no-backup', '--yes')
    assert.match(told.output, /\n {2}Lost column users\.about with 39 values\nApplied 1 to/)
  })

  it('takes back a migration that was deleted after it was applied, and calls it deleted', async () => {
    await fresh()
    addMigration('add_mood', 'alter table users add column mood text;', 'alter table users drop column mood;')
    await cli('db:migrate', '--no-backup')
    project.reset()
    const { code, output } = await cli('db:migrate')
    assert.equal(code, 1)
    assert.match(
      output,
      /^the database has \d+_add_mood, applied from here and no longer in drizzle\/: [^\n]+\n$/,
    )
    assert.match((await cli('db:status')).output, /_add_mood {2}applied, and deleted from drizzle\/ since/)
    assert.match((await cli('db:rollback')).output, /rolled back \d+_add_mood/)
    assert.equal((await cli('db:check')).code, 0)
  })

  it('says that the schema is ahead of the database: at a start, and in every command', async () => {
    await fresh()
    project.edit(schema, aboutColumn, `${aboutColumn}\n    mood: text(),`)
    const ahead = /^the schema has users\.mood, which the database lacks: npm run db:generate [^\n]+\n$/m
    const started = project.run(['app/server.ts'], { DATABASE_URL: test.url })
    for (const ended of [started, cli('user', 'list'), cli('db:migrate')]) {
      const { code, output } = await ended
      assert.equal(code, 1)
      assert.match(output, ahead)
    }
  })

  it('adopts a database that db:push has made, after comparing', async () => {
    const pushed = await emptyDatabase()
    const run = (...args: string[]) => project.cli(args, { DATABASE_URL: pushed.url })
    const { code } = await project.run(['app/cli.ts', 'db:push'], { DATABASE_URL: pushed.url })
    assert.equal(code, 0)
    const refused = await run('db:migrate', '--no-backup')
    assert.equal(refused.code, 1)
    assert.match(
      refused.output,
      /^the database has tables, but no record of migrations[^\n]*--adopt[^\n]*\n$/,
    )
    project.edit(schema, aboutColumn, `${aboutColumn}\n    mood: text(),`)
    assert.match(
      (await run('db:migrate', '--adopt')).output,
      /^[^\n]* differs from the schema [^\n]*nothing was recorded\n$/,
    )
    project.reset()
    const adopted = await run('db:migrate', '--adopt')
    assert.equal(adopted.code, 0, adopted.output)
    assert.equal((await run('db:check')).code, 0)
    assert.equal((await run('db:migrate')).output, 'There is nothing to do.\n')
    const seeded = await run('seed', '--without-pictures')
    assert.equal(seeded.code, 0, seeded.output)
    await pushed.drop()
  })

  it(
    'writes a way back that keeps what another branch has added, and names branches that conflict',
    onePass,
    async () => {
      await fresh()
      const git = (...words: string[]) =>
        execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...words], {
          cwd: project.folder,
          stdio: 'pipe',
        })
      const tracked = ['app/database/schema.ts', 'drizzle']
      const commit = (message: string) => {
        git('add', ...tracked)
        git('commit', '-qm', message)
      }
      const branch = async (name: string, from: string, to: string) => {
        git('checkout', '-qb', name, 'before')
        project.edit(schema, from, to)
        assert.equal((await generate(`on_${name}`)).code, 0)
        commit(name)
      }
      git('init', '-qb', 'before')
      commit('before')
      await branch('moods', aboutColumn, `${aboutColumn}\n    mood: text(),`)
      await branch('tides', "editedAt: time('edited_at'),", "editedAt: time('edited_at'),\n    tide: text(),")
      git('merge', '-qm', 'both', 'moods')
      project.edit(schema, 'bytes: bytes().notNull(),', 'bytes: bytes().notNull(),\n    kind: text(),')
      assert.equal((await generate('after_both')).code, 0)
      for (const each of ['sqlite', 'postgresql']) {
        const statements = read('down.sql', each).split('\n').slice(1).join('\n')
        assert.match(statements, /^ALTER TABLE ["`]export_parts["`] DROP COLUMN ["`]kind["`];\n$/)
      }
      assert.equal((await cli('db:migrate', '--no-backup')).code, 0)
      assert.equal((await cli('db:check')).code, 0)
      commit('kind')
      await branch('other-moods', aboutColumn, `${aboutColumn}\n    mood: integer(),`)
      git('merge', '-q', '-X', 'ours', '-m', 'conflict', 'tides')
      project.edit(schema, 'bytes: bytes().notNull(),', 'bytes: bytes().notNull(),\n    other: text(),')
      const before = ['sqlite', 'postgresql'].map(folders)
      const conflict = await generate('after_conflict')
      assert.equal(conflict.code, 1)
      assert.deepEqual(['sqlite', 'postgresql'].map(folders), before, 'what one engine has written is gone')
      assert.match(
        conflict.output,
        /^\d+_on_moods and \d+_on_other_moods both change the column users\.mood: [^\n]+\n$|^\d+_on_other_moods and \d+_on_moods both[^\n]+\n$/,
      )
    },
  )
})
