import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ConfigError, environment, publicDatabaseUrl, readConfig, variables } from '../config.ts'
import { fileOf } from '../database/consistent-read.ts'
import { type Command, UsageError } from './command.ts'
import { holdsPictures } from './transfer/backup.ts'
import { copyDatabase } from './transfer/copy.ts'
import { isSamePlace, mediaAt } from './transfer/media.ts'
import { difference } from './transfer/portable.ts'

const copy: Command = {
  usage: '[--from URL] --to URL [--media-from URL] [--media-to URL] [--yes]',
  summary: `Copies a whole site to another database, of the same engine or the other.
  --from URL   the database to copy; DATABASE_URL unless given
  --to URL     the database to fill, which is migrated first
  --media-from URL, --media-to URL
               where the pictures are, and where they shall be, like MEDIA_URL, which is the default of both; without it
               they are beside an SQLite file. In one place they stay, and are verified; else they are copied, and another
               try goes on where this one ended. Two buckets have the same keys
  --yes        replace what is there, of which db:restore keeps a copy
From a folder to a bucket: --to postgres://… --media-to 's3://bucket?endpoint=https://…', then the same in DATABASE_URL
and MEDIA_URL. Every row is read back and compared before anything is committed, and the digests of both ends are printed.
Stop the site first: what is written meanwhile is not copied.`,
  async run(args) {
    const options = {
      from: { type: 'string' },
      to: { type: 'string' },
      'media-from': { type: 'string' },
      'media-to': { type: 'string' },
      yes: { type: 'boolean', default: false },
    } as const
    const { from: given, to, yes: replace, ...media } = parseArgs({ args, options }).values
    const from = given ?? environment['DATABASE_URL'] ?? variables.DATABASE_URL.default
    if (!to) throw new UsageError(`usage: db:copy ${copy.usage}`)
    const urls = [nameOf('--from', from), nameOf('--to', to)]
    if (urls[0] === urls[1]) throw new UsageError(`${urls[0]} cannot be copied to itself`)
    const places = await placesOfPictures({ from, to }, media)
    console.log(`Copying ${urls.join(' to ')} …`)
    const { sent, arrived, pictures } = await copyDatabase({ from, to, replace, media: places })
    for (const [table, { rows, sha256 }] of Object.entries(sent)) {
      console.log(
        `${table.padEnd(16)} ${String(rows).padStart(10)}  ${sha256.slice(0, 16)}  ${arrived[table]?.sha256.slice(0, 16)}`,
      )
    }
    const wrong = difference(sent, arrived)
    if (wrong) throw new UsageError(`the two databases differ in ${wrong}`)
    console.log('Every row is the same in both.')
    for (const line of pictures) console.log(line)
  },
}

type Ends = { from: string; to: string }
type MediaOptions = { 'media-from'?: string; 'media-to'?: string }

/** Where the pictures are fetched from: null where they are already, or where the source brings them itself. */
async function placesOfPictures({ from, to }: Ends, options: MediaOptions) {
  const usual = environment['MEDIA_URL'] ?? ''
  const urls = [options['media-from'] ?? usual, options['media-to'] ?? usual] as const
  const source = mediaAt('--media-from', urls[0], from)
  const target = mediaAt('--media-to', urls[1], to)
  const file = fileOf(readConfig({ DATABASE_URL: from }).database)
  const inBackup = !options['media-from'] && file !== null && existsSync(file) && (await holdsPictures(file))
  return {
    inBackup,
    from: inBackup || isSamePlace(source, target) ? null : urlOf(source, urls[0]),
    to: urlOf(target, urls[1]),
  }
}

/** A folder that stands nowhere is the one beside its own database. */
function urlOf(media: ReturnType<typeof mediaAt>, url: string): string {
  return media.kind === 'folder' ? `file:${media.path}` : url
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
