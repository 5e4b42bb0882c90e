import process from 'node:process'
import { parseArgs } from 'node:util'
import { environment, readConfig } from '../config.ts'
import { openStorage } from '../storage/open.ts'
import { type Command, shellWord, UsageError } from './command.ts'
import { backUp, defaultBackup } from './transfer/backup.ts'
import { digestLines } from './transfer/copy.ts'
import { typedPath } from './transfer/files.ts'
import { missingSentence } from './transfer/pictures.ts'

const backup: Command = {
  usage: '[FILE] [--digests] [--without-pictures]',
  summary: `Backs the database up as it is now, while the site runs.
  FILE.ndjson[.gz]   portable text, which can be restored on either engine; "-" writes it to standard output
  any other FILE     on SQLite, a copy of the database file (the default, beside the database)
  --digests          prints each table's count of rows and SHA-256
  --without-pictures leaves out the files of pictures, for a storage that has backups of its own
It holds everything, password hashes, sessions and pictures, too. Only its owner can read the file.`,
  async run(args) {
    const options = {
      digests: { type: 'boolean', default: false },
      'without-pictures': { type: 'boolean', default: false },
    } as const
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
    if (positionals.length > 1) throw new UsageError(`usage: db:backup ${backup.usage}`)
    const { database, media } = readConfig(environment)
    const [named] = positionals
    const target = named === '-' ? '-' : named ? typedPath(named) : defaultBackup(database)
    const storage = values['without-pictures'] ? null : openStorage(media)
    const { tables, missing } = await backUp(database, target, storage)
    if (tables && values.digests) process.stderr.write(digestLines(tables))
    if (missing.count > 0) console.error(missingSentence('in the backup', missing))
    if (target !== '-')
      console.log(`Backed up to ${target}\nnpm run db:verify -- ${shellWord(target)} checks it.`)
  },
}

export default backup
