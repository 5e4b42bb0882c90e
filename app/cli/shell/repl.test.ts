import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { eventually } from '../../testing/eventually.ts'
import { openSite, type Site } from '../../testing/site.ts'
import { askYesOrNo } from '../ask.ts'
import { createSqlLog, shellDatabase } from './database.ts'
import { loadNames } from './names.ts'
import { runInteractive } from './repl.ts'

/** The shell at a terminal of 100 columns; `leave` types Ctrl+D. */
async function openTerminal({ config, app }: Site) {
  const [input, output] = [new PassThrough(), Object.assign(new PassThrough(), { columns: 100 })]
  let [all, printed] = ['', '']
  output.on('data', chunk => {
    all += chunk
    printed += stripVTControlCharacters(String(chunk))
  })
  const sqlLog = createSqlLog(() => {})
  const confirm = (question: string) => askYesOrNo(question, { input, output })
  const db = shellDatabase(app.db, config.database, { sqlLog, confirm })
  const streams = { input, output, errors: output }
  const exited = runInteractive({ db, names: await loadNames(db), sqlLog, streams })
  return {
    all: () => all,
    type: async (text: string, expected: RegExp) => {
      printed = ''
      input.write(text)
      await eventually(async () => expected.test(printed))
    },
    leave: () => {
      input.write('\u0004')
      return exited
    },
  }
}

describe('the shell at a terminal', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'microblog-history-'))
  const history = path.join(folder, 'history')
  let site: Site
  let terminal: Awaited<ReturnType<typeof openTerminal>>
  before(async () => {
    process.env['NODE_REPL_HISTORY'] = history
    site = await openSite()
    terminal = await openTerminal(site)
  })
  after(async () => {
    await site.close()
    rmSync(folder, { recursive: true })
  })
  const completions: [string, RegExp][] = [
    ['findPro', /findProfile/],
    ['const susan = await findPers', /await findPerson/],
    ['await db.select().from(hasht', /from\(hashtags/],
    ['eq(users.displ', /eq\(users\.displayName/],
    ['db.transaction(async tx => tx.ins', /tx\.insert/],
    ['db.select().from(users).orde', /\.orderBy/],
  ]
  for (const [typed, expected] of completions)
    it(`completes ${typed}`, async () => {
      await terminal.type(`${typed}\t`, expected)
      await terminal.type('\u0005\u0015', /microblog> /)
    })

  it('fits a table to the window, and says what it left out', () =>
    terminal.type(
      'await db.select().from(users)\r',
      /^ 1 {2}susan .*\n[^]*\(4 rows; no room for .*createdAt\)/m,
    ))

  it('asks before it changes every row, and a no changes nothing', async () => {
    await terminal.type(
      'await db.transaction(tx => tx.update(users).set({ theme: "dark" }))\r',
      /This would update all 4 rows of users\. Go on\? \(yes or no\) $/,
    )
    await terminal.type(
      'no\r',
      /this would update all 4 rows of users, and nothing was changed[^]*microblog> $/,
    )
    await terminal.type('await db.transaction(tx => tx.update(users).set({ theme: "dark" }))\r', /no\) $/)
    await terminal.type('yes\r', /\(4 rows changed\)[^]*microblog> $/)
  })

  it('runs a chain that is pasted or typed over several lines', async () => {
    await terminal.type(
      'await db.select({ id: users.id })\r  .from(users) // all\r\r  .orderBy(users.id)\r  .limit(1)\r',
      /^id\n──\n 1\n\(1 row\)\n[^]*microblog> $/m,
    )
    await terminal.type('db.select({ n: users.id }).from(users)\r', /put await before it>[^]*microblog> $/)
    await terminal.type('.where(eq(users.id, 2))\r', /^n\n─\n2\n[^]*microblog> $/m)
    await terminal.type('.length\r', /^1$/m)
  })

  it('shows a mistake with its place, and goes on', async () => {
    await terminal.type(
      'await publishPost(db, { userId: 1, body: "hello", language: null, submission: null }, new Date())\r',
      /changes go inside a transaction.*\n {4}at publishPost \(app\/posts\/queries\.ts:\d+:\d+\)\n[^]*microblog> $/,
    )
    await terminal.type('await db.$count(users)\r', /^4$/m)
  })

  it('remembers what was typed, in a file for its owner alone', async () => {
    await terminal.leave()
    await eventually(async () => readFileSync(history, 'utf8').includes('await db.$count(users)'))
  })
})
