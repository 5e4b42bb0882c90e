import process from 'node:process'
import { parseArgs } from 'node:util'
import { environment, publicDatabaseUrl, readConfig } from '../config.ts'
import { openStorage } from '../storage/open.ts'
import { type Command, UsageError } from './command.ts'
import { digestLines } from './transfer/copy.ts'
import { typedPath } from './transfer/files.ts'
import { mediaAt } from './transfer/media.ts'
import { missingSentence } from './transfer/pictures.ts'
import { placedSentence } from './transfer/placing.ts'
import { restore } from './transfer/restore.ts'

const restoreCommand: Command = {
  usage: 'FILE [--yes] [--digests] [--media-from URL]',
  summary: `Restores a backup made by db:backup: all of it, or nothing if anything is wrong with it.
A portable backup (.ndjson, .ndjson.gz, or "-" for standard input) restores on either engine.
Pictures are stored where MEDIA_URL says, before the rows that name them are there; other files stay as they are.
  --yes             replace a database that has users: an SQLite file is kept beside the new one, and
                    PostgreSQL is backed up first, into a file of this folder; the old pictures stay
  --digests         prints each table's count of rows and SHA-256
  --media-from URL  where the pictures are of a backup made without them, like MEDIA_URL; else they are
                    only verified`,
  async run(args) {
    const options = {
      yes: { type: 'boolean', default: false },
      digests: { type: 'boolean', default: false },
      'media-from': { type: 'string' },
    } as const
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
    const [named] = positionals
    if (!named || positionals.length > 1) throw new UsageError(`usage: db:restore ${restoreCommand.usage}`)
    const config = readConfig(environment)
    const elsewhere = values['media-from']
    const { oldFile, tables, pictures } = await restore(config, {
      source: named === '-' ? '-' : typedPath(named),
      replace: values.yes,
      elsewhere: elsewhere ? openStorage(mediaAt('--media-from', elsewhere)) : null,
    })
    if (tables && values.digests) process.stderr.write(digestLines(tables))
    console.log(`Restored ${publicDatabaseUrl(config.database)}.`)
    // db:copy shows it.
    if (pictures.files > 0) console.error(placedSentence(pictures))
    if (pictures.missing.count > 0) console.error(missingSentence('there', pictures.missing))
    if (oldFile) console.log(`The old database is ${oldFile}`)
  },
}

export default restoreCommand
