import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { eventually } from '../../testing/eventually.ts'
import { openSite, type Site } from '../../testing/site.ts'
import { shellDatabase } from './database.ts'
import { loadNames } from './names.ts'
import { converse } from './session.ts'
import { statementEcho } from './statements.ts'

/** Somebody at a terminal of 100 columns, who leaves by Ctrl+D. */
async function sitDown({ config, app }: Site) {
  const [input, output] = [new PassThrough(), Object.assign(new PassThrough(), { columns: 100 })]
  let [all, said] = ['', '']
  output.on('data', chunk => {
    all += chunk
    said += stripVTControlCharacters(String(chunk))
  })
  const echo = statementEcho(() => {})
  const names = await loadNames(shellDatabase(app.db, config.database, echo.watch))
  const left = converse({ names, echo, streams: { input, output, errors: output } })
  return {
    all: () => all,
    type: async (text: string, expected: RegExp) => {
      said = ''
      input.write(text)
      await eventually(async () => expected.test(said))
    },
    leave: () => {
      input.write('\u0004')
      return left
    },
  }
}

describe('the shell at a terminal', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'microblog-history-'))
  const history = path.join(folder, 'history')
  let site: Site
  let person: Awaited<ReturnType<typeof sitDown>>
  before(async () => {
    process.env['NODE_REPL_HISTORY'] = history
    site = await openSite()
    person = await sitDown(site)
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
      await person.type(`${typed}\t`, expected)
      await person.type('\u0005\u0015', /microblog> /)
    })

  it('fits a table to the window, and says what it left out', () =>
    person.type(
      'await db.select().from(users)\r',
      /^ 1 {2}susan .*\n[^]*\(4 rows; no room for .*createdAt\)/m,
    ))

  it('shows a mistake with its place, and goes on', async () => {
    await person.type(
      'await publishPost(db, { userId: 1, body: "hello", language: null, submission: null }, new Date())\r',
      /changes go inside a transaction.*\n {4}at publishPost \(app\/posts\/queries\.ts:\d+:\d+\)\n[^]*microblog> $/,
    )
    await person.type('await db.$count(users)\r', /^4$/m)
  })

  it('remembers what was typed, in a file for its owner alone', async () => {
    await person.leave()
    await eventually(async () => readFileSync(history, 'utf8').includes('await db.$count(users)'))
  })
})
