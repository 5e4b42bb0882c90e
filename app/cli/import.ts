import process from 'node:process'
import { parseArgs } from 'node:util'
import { environment, publicDatabaseUrl, readConfig } from '../config.ts'
import { openWithoutTimeouts } from '../database/consistent-read.ts'
import { migrate } from '../database/migrations/migrations.ts'
import { type Command, UsageError } from './command.ts'
import { assertFile, typedPath } from './transfer/files.ts'
import { importPartly, importWhole, type Read, type Report, troublesOf } from './transfer/import.ts'
import { type ProgressBar, progressBar } from './transfer/progress.ts'
import { rowsIn } from './transfer/read-rows.ts'

const importCommand: Command = {
  usage: 'FILE [--partial]',
  summary: `Imports users, posts and follows from a file: all of them, or none if a row is wrong.
FILE is JSON, {"users": […], "posts": […], "follows": […]} or a bare list of users, or NDJSON, a row a line:
  a user     username, email; id, display_name, about, language, theme, password or password_hash,
             created_at, last_seen_at, posts
  a post     username, body; id, language, created_at, edited_at      in NDJSON with "table":"posts"
  a follow   follower, followed; created_at                           in NDJSON with "table":"follows"
Importing twice changes nothing. An account without a password needs: user reset-link NAME
  --partial  one transaction per row: valid rows are imported, the others reported`,
  async run(args) {
    const options = { partial: { type: 'boolean', default: false } } as const
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
    const [named] = positionals
    if (!named || positionals.length > 1) throw new UsageError(`usage: import ${importCommand.usage}`)
    const report = await importFile(typedPath(named), values.partial)
    console.log(summaryOf(report))
    if (report.troubled === 0) return
    console.error(`${counted(report.troubled, 'row')} could not be imported:\n${troublesOf(report)}`)
    process.exitCode = 1
  },
}

async function importFile(file: string, partly: boolean): Promise<Report> {
  const { size } = await assertFile(file)
  const { database } = readConfig(environment)
  await migrate(database)
  const db = await openWithoutTimeouts(database)
  const bar = progressBar(publicDatabaseUrl(database))
  try {
    return await (partly ? importPartly : importWhole)(db, reading(file, { size, bar }))
  } finally {
    bar.clear()
    await db.close()
  }
}

function reading(file: string, { size, bar }: { size: number; bar: ProgressBar }): Read {
  return purpose => {
    let done = 0
    return rowsIn(file, count => bar.show((done += count) / size, purpose))
  }
}

function summaryOf({ created, present }: Report): string {
  const { users, posts, follows } = created
  const added = `${counted(users, 'user')}, ${counted(posts, 'post')} and ${counted(follows, 'follow')}`
  return `Added ${added}; ${counted(present, 'row')} ${present === 1 ? 'was' : 'were'} there already.`
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
}

export default importCommand
