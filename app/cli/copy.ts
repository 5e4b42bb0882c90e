import { parseArgs } from 'node:util'
import { ConfigError, environment, publicDatabaseUrl, readConfig, variables } from '../config.ts'
import { type Command, UsageError } from './command.ts'
import { copyDatabase } from './transfer/copy.ts'
import { difference } from './transfer/portable.ts'

const copy: Command = {
  usage: '[--from URL] --to URL [--yes]',
  summary: `Copies a whole site to another database, of the same engine or the other.
  --from URL   the database to copy; DATABASE_URL unless given
  --to URL     the database to fill, which is migrated first
  --yes        replace what is there, of which db:restore keeps a copy
Every row is read back and compared before anything is committed, and the digests of both ends are printed.
Stop the site first: what is written meanwhile is not copied.`,
  async run(args) {
    const options = {
      from: { type: 'string' },
      to: { type: 'string' },
      yes: { type: 'boolean', default: false },
    } as const
    const { from: given, to, yes: replace } = parseArgs({ args, options }).values
    const from = given ?? environment['DATABASE_URL'] ?? variables.DATABASE_URL.default
    if (!to) throw new UsageError(`usage: db:copy ${copy.usage}`)
    const urls = [nameOf('--from', from), nameOf('--to', to)]
    if (urls[0] === urls[1]) throw new UsageError(`${urls[0]} cannot be copied to itself`)
    console.log(`Copying ${urls.join(' to ')} …`)
    const { sent, arrived } = await copyDatabase({ from, to, replace })
    for (const [table, { rows, sha256 }] of Object.entries(sent)) {
      console.log(
        `${table.padEnd(16)} ${String(rows).padStart(10)}  ${sha256.slice(0, 16)}  ${arrived[table]?.sha256.slice(0, 16)}`,
      )
    }
    const wrong = difference(sent, arrived)
    if (wrong) throw new UsageError(`the two databases differ in ${wrong}`)
    console.log('Every row is the same in both.')
  },
}

/** The URL without its password. */
function nameOf(option: string, url: string): string {
  try {
    return publicDatabaseUrl(readConfig({ DATABASE_URL: url }).database)
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message.replace('DATABASE_URL', option))
    throw error
  }
}

export default copy
