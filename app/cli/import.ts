import process from 'node:process'
import { parseArgs } from 'node:util'
import { environment, publicDatabaseUrl, readConfig } from '../config.ts'
import { openWithoutTimeouts } from '../database/consistent-read.ts'
import { migrate } from '../database/migrations/migrations.ts'
import { writtenFields } from '../people/profile-fields.ts'
import { maxPictures } from '../posts/forms.ts'
import { openStorage } from '../storage/open.ts'
import { type Command, UsageError } from './command.ts'
import { progressBar } from './progress.ts'
import { assertFile, spoolStandardInput, typedPath } from './transfer/files.ts'
import { errorList, importAll, importRowByRow, type Read, type Report } from './transfer/import.ts'
import { type Kind, kindList, kinds } from './transfer/site-format.ts'
import { rowsIn } from './transfer/site-reader.ts'

const profileTexts = writtenFields.map(({ column }) => column.name).join(', ')

const importCommand: Command = {
  usage: 'FILE [--partial]',
  summary: `Imports a site from a file: everything in it, or nothing if a row is wrong.
FILE is - for standard input, or a file: JSON, {"users": […], "posts": […], …} or a bare list of users, or NDJSON, a row a
line, each but a user with "table":"posts" or another of ${kindList}:
  users      username (or name), email; id, ${profileTexts}, language, time_zone, theme, password or
             password_hash, created_at, last_seen_at, posts, and settings: messages_from, quotes_from, notifications_from,
             home_replies, home_reposts, keyboard_shortcuts, alt_reminder,
             last_seen_shown
  posts      username, body; id, language, created_at, edited_at, replies_from, quotes_from, content_warning, pinned_at
             parent_id, quoted_id: the ids of the posts that it answers and quotes, here or on the site; quote_detached
             answers: whose that was, if it is a gap
  images     data: a picture in base64, at most 24 MB; post_id, position (1 to ${maxPictures}), alt; or username and purpose (avatar
             or banner); sha256, created_at. A post with one may have an empty body. Each is made again like an upload
  gaps       id, created_at; parent_id: a deleted post that has replies
  versions   post_id, body, created_at; language, content_warning: what an edited post said before
  blocks     blocker, blocked; created_at
  follows    follower, followed; created_at, reposts_shown
  likes      username, post_id; created_at; the same of reposts, bookmarks and mutes, which are of a thread's first post
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
    const rows = `${counted(present, 'row')} ${present === 1 ? 'was' : 'were'} there already`
    console.log(`Added ${listOf(created)}; ${rows}.`)
    if (failed === 0) return
    console.error(`${counted(failed, 'row')} could not be imported:\n${errorList(report)}`)
    process.exitCode = 1
  },
}

async function importFile(file: string, isPartial: boolean): Promise<Report> {
  const { size } = await assertFile(file)
  const { database, media } = readConfig(environment)
  await migrate(database)
  const db = await openWithoutTimeouts(database)
  const bar = progressBar(publicDatabaseUrl(database))
  try {
    const read: Read = purpose => {
      let done = 0
      return rowsIn(file, bytes => bar.show((done += bytes) / size, purpose))
    }
    return await (isPartial ? importRowByRow : importAll)({ db, storage: openStorage(media) }, read)
  } finally {
    bar.clear()
    await db.close()
  }
}

/** Users, posts and follows, and what else there is. */
function listOf(created: Report['created']): string {
  const always: Kind[] = ['users', 'posts', 'follows']
  const named = kinds.filter(kind => always.includes(kind) || created[kind] > 0)
  const parts = named.map(kind => counted(created[kind], kind.slice(0, -1)))
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
}

export default importCommand
