import assert from 'node:assert/strict'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { publicDatabaseUrl, root } from '../../config.ts'
import { engine } from '../../database/engine.ts'
import { migrationStatus } from '../../database/migrations/migrations.ts'
import { posts, users } from '../../database/schema.ts'
import { eq } from '../../database/sql.ts'
import { runCommand } from '../../testing/commands.ts'
import { emptyDatabase } from '../../testing/database.ts'
import { eventually } from '../../testing/eventually.ts'
import { runProcess, startProcess } from '../../testing/process.ts'
import { openSite, type Site } from '../../testing/site.ts'

describe(`the shell on ${engine}`, () => {
  let site: Site
  let url: string
  let post: number
  before(async () => {
    site = await openSite()
    const { database } = site.config
    url = database.engine === 'sqlite' ? `sqlite:${database.file}` : database.url
    post = (await site.write('susan', ['The kettle is on in the library, all day long and all night'])).at(
      -1,
    ) as number
  })
  after(() => site.close())

  const run = (...args: string[]) => runCommand(['shell', ...args], { DATABASE_URL: url })
  /** The answers to lines that come from a pipe. */
  const answers = async (...lines: string[]) => {
    const { type, end } = openShell()
    for (const line of lines) type(line)
    return end()
  }
  /** A shell on a pipe; `ask` waits for the answer before the next line. */
  function openShell() {
    const child = startProcess([`${root}/app/cli.ts`, 'shell'], { DATABASE_URL: url })
    const ended = new Promise<number | null>(resolve => child.on('close', resolve))
    const type = (line: string) => void child.stdin?.write(`${line}\n`)
    return {
      type,
      ask: async (line: string, expected: RegExp) => {
        const start = child.output().length
        type(line)
        await eventually(async () => expected.test(child.output().slice(start)), 20_000)
      },
      end: async () => {
        child.stdin?.end()
        return { code: await ended, output: child.output() }
      },
    }
  }

  it('says which database it talks to, without the password', async () => {
    const { code, output } = await run('-e', 'db')
    assert.equal(output, `<Database ${engine} ${publicDatabaseUrl(site.config.database)}>\n`)
    assert.equal(code, 0)
    assert.doesNotMatch(output, /:[^*@/]+@/)
  })

  it('answers one expression, awaited or not a query at all', async () => {
    assert.deepEqual(await run('-e', 'await db.$count(users)'), { code: 0, output: '4\n' })
    assert.deepEqual(await run('-e', 'const { id } = await findPerson(db, "Susan"); id * 0'), {
      code: 0,
      output: '0\n',
    })
    assert.deepEqual(await run('-e', ''), { code: 0, output: '' })
  })

  it('answers a failure with one sentence and exit code 1', async () => {
    const failing = 'await db.transaction(tx => tx.insert(users).values({ username: "x" }))'
    const { code, output } = await run('-e', failing)
    assert.match(output, /^[^\n]*(NOT NULL|not-null)[^\n]* \((SQLITE_CONSTRAINT_NOTNULL|23502)\)\n$/)
    assert.equal(code, 1)
    assert.match((await run('-e', 'await db.select(')).output, /^SyntaxError: the code ends in the middle/)
    const failures: [string, RegExp][] = [
      ['nope', /^ReferenceError: nope is not defined$/],
      ['await db.(users)', /^SyntaxError: .*single quotes$/],
      ['throw new Error("no\\nway")', /^Error: no⏎way$/],
      ['throw 5', /^this was thrown: 5$/],
      ['await db.select({ x: sql`nope` }).from(users)', /^\w+Error: .*nope.*\((SQLITE_ERROR|42703)\)$/],
      ['void Promise.reject(new Error("late"))', /^Error: late$/],
    ]
    const lines = (await answers(...failures.map(([line]) => line))).output.trim().split('\n')
    for (const [index, [, expected]] of failures.entries()) assert.match(String(lines[index]), expected)
    assert.equal(lines.length, failures.length)
  })

  it('refuses in a sentence what it cannot open or does not know', async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'microblog-shell-')), 'none.db')
    writeFileSync(file, 'this is a letter, not a database. '.repeat(100))
    const unusable = engine === 'sqlite' ? `sqlite:${file}` : 'postgres://susan:secret@127.0.0.1:1/none'
    for (const [args, address] of [
      [['-e', 'db'], unusable],
      [['--fast'], url],
      [['script.ts'], url],
    ] as const) {
      const { code, output } = await runProcess(['app/cli.ts', 'shell', ...args], { DATABASE_URL: address })
      assert.equal(code, 1)
      assert.match(output, /^[^\n]+\n$/)
      assert.doesNotMatch(output, /secret/)
    }
    rmSync(path.dirname(file), { recursive: true })
  })

  it('keeps declarations, waits for each result, and goes on after a mistake', async () => {
    const { ask, end } = openShell()
    await ask('const susan = await findPerson(db, "susan")', /^$/)
    await ask('susan.username', /'susan'/)
    await ask('db.insert(users)', /changes go inside a transaction: await db\.transaction\(async tx =>/)
    await ask('_error.name', /UserError/)
    await ask(
      'await db.transaction(async tx => {\n  await follow(tx, susan.id, 2)\n  return "done"\n})',
      /'done'/,
    )
    await ask('await db.$count(follows)', /1/)
    await ask('await db.transaction(tx => unfollow(tx, susan.id, 2))\nawait db.$count(follows)', /0/)
    await ask(
      'await db.transaction(tx => tx.update(users).set({ theme: "dark" }).where(gt(users.id, 0)))',
      /\(4 rows changed\)/,
    )
    await ask('await db.close()', /\.exit/)
    await ask('.sql', /not shown/)
    assert.equal((await end()).code, 1, 'there were mistakes')
  })

  it('answers lines of a pipe in their order, up to .exit', async () => {
    const { code, output } = await answers('let n = await db.$count(users)', 'n += 1', '.exit', '"never"')
    assert.equal(output, '5\n')
    assert.equal(code, 0)
    assert.match((await answers('if (true) {')).output, /in the middle/)
  })

  it('prints rows as a table, and one row in brief with its fields', async () => {
    const { output } = await answers(
      'await db.select({ id: users.id, username: users.username, since: users.createdAt }).from(users)',
      `await findPost(db, ${post}, null)`,
      'for (const user of await db.select().from(users)) console.log(user)',
      'await db.select().from(posts).innerJoin(users, eq(users.id, posts.userId))',
      'await exploreTimeline(db, { viewer: 0 }, cursorOf({}))',
      '[]',
    )
    assert.match(output, /^id {2}username {2}since\n──/m)
    assert.match(output, /^ 1 {2}susan {5}\d{4}-\d\d-\d\d \d\d:\d\d\n/m)
    assert.match(output, /^\(4 rows\)$/m)
    assert.match(output, /^<Post \d+ by susan: The kettle is on in the library, all da…>\n {2}id +\d+\n/m)
    assert.match(output, /^ {2}author +<User susan>$/m)
    assert.match(output, /^<User susan>\n<User john>\n<User david>\n<User mary>\n/m)
    assert.match(output, /^<Post \d+ by user 1: The kettle is on in.*<User susan>\n\(1 row\)$/m)
    assert.match(output, /^\(1 row\)\n\{ newer: null, older: null \}\n\[\]$/m)
  })

  it('never prints a hash, whatever holds it', async () => {
    const [row] = await site.app.db.select().from(users).where(eq(users.username, 'susan'))
    const { output } = await answers(
      'const all = await db.select().from(users); all',
      'all[0]',
      'all[0].passwordHash',
      '({ deep: { er: all } })',
      'new Map(all.map(user => [user.id, { user, hash: user.passwordHash }]))',
      'new Set(all)',
      'await findCredentials(db, "susan")',
      'await db.select({ renamed: users.passwordHash }).from(users)',
      'await db.query.users.findMany({ with: { posts: true } })',
      'Promise.resolve(all[0])',
      'console.log(all, all[0], { ...all[0], username: undefined }); console.table(all); console.dir(all[0])',
      'throw all[0]',
    )
    assert.match(output, /passwordHash +…/)
    assert.ok(!output.includes(row?.passwordHash as string))
    assert.doesNotMatch(output, /argon2/)
  })

  it('keeps control characters of posts away from the terminal', async () => {
    await site.write('mary', ['\u001B[31mred\u202E\u0007 and\nmore'])
    const { output } = await answers(
      'await db.select({ body: posts.body }).from(posts)',
      'await db.select().from(posts)',
    )
    assert.match(output, /·\[31mred·· and⏎more/)
    // oxlint-disable-next-line no-control-regex -- the test looks for them.
    assert.doesNotMatch(output, /[\x07\x1B\u202E]/)
  })

  it('says that await is missing', async () => {
    const { output } = await answers(
      'db.select().from(users)',
      'db.$count(users)',
      'findPerson(db, "susan")',
      'users',
      'users.id',
    )
    assert.deepEqual(
      output
        .replace(/select "id".* from/, 'select … from')
        .split('\n')
        .slice(0, 3),
      [
        '<Query select … from "users": put await before it>',
        '<Query select count(*) from "users": put await before it>',
        '<Promise: put await before it>',
      ],
    )
    assert.match(output, /^<Table users: id, username, .*>\n<Column users\.id>$/m)
  })

  it('shows statements with their time after .sql on', async () => {
    const { output } = await answers(
      'await db.$count(users)',
      '.sql on',
      'await db.transaction(tx => unfollow(tx, 1, 3))',
      'await findProfile(db, "susan", null)',
      '.sql off',
      'await db.$count(users)',
    )
    const logged = output.split('\n').filter(line => / ms {2}/.test(line))
    const begin = /^ *\d+\.\d\d ms {2}(\w+)/
    assert.deepEqual(
      logged.map(line => begin.exec(line)?.[1]),
      ['begin', 'delete', 'delete', 'commit', 'select'],
    )
    assert.match((await run('--sql', '-e', '1 + await db.$count(users)')).output, /ms {2}select count.*\n5\n/)
  })

  it('lists what is loaded, each name once, with what it is for', async () => {
    const { output } = await answers('.help all', '.help tables', '.help')
    const names = [...output.matchAll(/^ {2}([a-z]\w+) {2,}\S/gm)].map(([, name]) => name)
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) < index),
      [],
    )
    for (const name of ['users', 'posts', 'findProfile', 'publishPost', 'homeTimeline', 'hashPassword'])
      assert.ok(names.includes(name), name)
    assert.match(output, /findProfile +\(db, username, viewer\) {2}The profile with this current or former/)
    assert.match(output, /^db {2}reads[^]*^ {2}and, asc, count, desc, eq/m)
    const screen = (await answers('.help')).output.trimEnd().split('\n')
    assert.ok(screen.length <= 24, `${screen.length} lines`)
    const folders = globSync('app/*/*queries.ts', { cwd: root }).map(file => file.split('/')[1])
    for (const noun of new Set(folders)) assert.match(screen.join('\n'), new RegExp(`\\b${noun} \\d`))
  })

  it('loads what the query functions need, and says what a name may have meant', async () => {
    const { output, code } = await answers(
      '[sendMessage, closeAccount, startsWith, foldName, createPost].map(each => typeof each).join()',
      'user',
      'users.usrname',
      'db.users',
      'db.query.pots',
      '.help pots',
      'await findPerson(db, "nobody")',
    )
    // The answers are on standard output, the sentences on standard error.
    for (const line of [
      "'function,function,function,function,function'",
      'user is not defined: did you mean users?',
      'users has no column usrname: did you mean username?',
      'db has no users, a table is a name of its own: await db.select().from(users)',
      'db.query has no pots: did you mean posts?',
      'Nothing is called pots: did you mean posts?',
      'undefined',
    ])
      assert.ok(output.split('\n').includes(line), `${line}\n${output}`)
    assert.equal(code, 1)
  })

  it('refuses a condition that is none, and a change of every row unless it is told', async () => {
    const before = await site.app.db.$count(posts)
    const mistakes = [
      'await db.transaction(tx => tx.delete(posts).where(posts.id === 1))',
      'await db.transaction(tx => tx.update(posts).set({ language: "en" }).where(true))',
      'await db.select().from(posts).where(posts.id === 1)',
      'await db.select().from(posts).innerJoin(users, users.id === posts.userId)',
      'await db.$count(posts, posts.id === 1)',
      'await db.query.posts.findMany({ where: posts.id === 1 })',
      'await db.transaction(tx => tx.delete(posts))',
      'await db.transaction(async tx => { await tx.delete(posts).where(undefined) })',
      'await db.transaction(async tx => void (await tx.update(posts).set({ language: "en" }).returning()))',
    ]
    const { output } = await answers(...mistakes)
    const lines = output.trim().split('\n')
    assert.equal(lines.length, mistakes.length, output)
    for (const [index, line] of lines.entries())
      assert.match(
        line,
        index < 6 ? /got false|got true/ : /^this would \w+ all \d+ rows of posts, and nothing/,
      )
    assert.equal(await site.app.db.$count(posts), before)
    const told = await run(
      '--yes',
      '-e',
      'await db.transaction(tx => tx.update(users).set({ about: "tea" }))',
    )
    assert.equal(told.output, '(4 rows changed)\n')
  })

  it('reads with SQL by hand, and only reads', async () => {
    const { output } = await answers(
      '.sql select count(*) as people from users',
      'await db.execute(sql`select username from users where id = ${1}`)',
      '.sql delete from users',
    )
    assert.match(output, /^people\n─+\n *4\n\(1 row\)\nusername\n─+\nsusan\n\(1 row\)$/m)
    assert.match(output, /^SQL by hand only reads: changes go inside a transaction: .*$/m)
    assert.equal(await site.app.db.$count(users), 4)
  })

  it('takes chains over several lines from a pipe, and leaves by exit, exit() and quit', async () => {
    for (const leaving of ['exit', 'exit()', ' quit; ']) {
      const { output, code } = await answers(
        'await db.select({ id: users.id })',
        '  // the first',
        '  .from(users)',
        '',
        '  .orderBy(users.id)',
        '  .limit(1)',
        'if (false) {',
        '  1',
        '}',
        'else {',
        '  console.log("other")',
        '}',
        leaving,
        '"never"',
      )
      assert.equal(output, 'id\n──\n 1\n(1 row)\nother\n')
      assert.equal(code, 0)
    }
  })

  it('leaves the schema as it is', async () => {
    const empty = await emptyDatabase()
    const { code, output } = await runProcess(['app/cli.ts', 'shell', '-e', '1'], { DATABASE_URL: empty.url })
    assert.match(output, /lacks (\d+) of the \1 migrations: npm run db:migrate applies them\n1\n$/)
    assert.equal(code, 0)
    assert.ok((await migrationStatus(empty.config)).every(({ state }) => state === 'pending'))
    await empty.drop()
  })

  it('is not needed by a script, which opens the database wherever it lies', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'microblog-script-'))
    const script = path.join(folder, 'count.ts')
    writeFileSync(
      script,
      `import { withDatabase } from '${root}/app/cli/with-database.ts'
       await withDatabase(async (db): Promise<void> => console.log((await db.query.users.findMany()).length))`,
    )
    const child = startProcess([script], { DATABASE_URL: url })
    const code = await new Promise(resolve => child.on('close', resolve))
    assert.deepEqual([code, child.output()], [0, '4\n'])
    rmSync(folder, { recursive: true })
  })
})
