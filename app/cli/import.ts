import process from 'node:process'
import { parseArgs } from 'node:util'
import { environment, publicDatabaseUrl, readConfig } from '../config.ts'
import { openWithoutTimeouts } from '../database/consistent-read.ts'
import { migrate } from '../database/migrations/migrations.ts'
import { writtenFields } from '../people/profile-fields.ts'
import { type Command, UsageError } from './command.ts'
import { progressBar } from './progress.ts'
import { assertFile, spoolStandardInput, typedPath } from './transfer/files.ts'
import { errorList, importAll, importRowByRow, type Read, type Report } from './transfer/import.ts'
import { rowsIn } from './transfer/site-reader.ts'

const profileTexts = writtenFields.map(({ column }) => column.name).join(', ')

const importCommand: Command = {
  usage: 'FILE [--partial]',
  summary: `Imports users, posts and follows from a file: all of them, or none if a row is wrong.
FILE is - for standard input, or a file: JSON, {"users": […], "posts": […], "gaps": […], "follows": […]} or a bare list of users, or NDJSON, a row a line:
  a user     username (or name), email; id, ${profileTexts}, language, theme, password or password_hash,
             created_at, last_seen_at, posts
  a post     username, body; id, language, created_at, edited_at      in NDJSON with "table":"posts"
             parent_id: the id of the post that it answers, here or on the site
             answers: whose that was, if it is a gap
  a gap      id, created_at; parent_id: a deleted post that has replies     with "table":"gaps"
  a follow   follower, followed; created_at                           in NDJSON with "table":"follows"
Importing twice changes nothing. An account without a password needs: user reset-link NAME
  --partial  one transaction per row: valid rows are imported, the others reported`,
  async run(words) {
    const options = { partial: { type: 'boolean', default: false } } as const
    const { values, positionals } = parseArgs({ args: words, allowPositionals: true, options })
    const [named] = positionals
    if (!named || positionals.length > 1) throw new UsageError(`usage: import ${importCommand.usage}`)
    const spooled = named === '-' ? await spoolStandardInput() : null
    const report = await importFile(spooled?.file ?? typedPath(named), values.partial).finally(() =>
      spooled?.remove(),
    )
    const { created, present, failed } = report
    const { users, posts, follows } = created
    const added = `${counted(users, 'user')}, ${counted(posts, 'post')} and ${counted(follows, 'follow')}`
    console.log(`Added ${added}; ${counted(present, 'row')} ${present === 1 ? 'was' : 'were'} there already.`)
    if (failed === 0) return
    console.error(`${counted(failed, 'row')} could not be imported:\n${errorList(report)}`)
    process.exitCode = 1
  },
}

async function importFile(file: string, isPartial: boolean): Promise<Report> {
  const { size } = await assertFile(file)
  const { database } = readConfig(environment)
  await migrate(database)
  const db = await openWithoutTimeouts(database)
  const bar = progressBar(publicDatabaseUrl(database))
  try {
    const read: Read = purpose => {
      let done = 0
      return rowsIn(file, bytes => bar.show((done += bytes) / size, purpose))
    }
    return await (isPartial ? importRowByRow : importAll)(db, read)
  } finally {
    bar.clear()
    await db.close()
  }
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
}

export default importCommand
