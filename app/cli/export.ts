import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { environment, publicDatabaseUrl, readConfig } from '../config.ts'
import { fileOf, withConsistentRead } from '../database/consistent-read.ts'
import { openStorage } from '../storage/open.ts'
import { type Command, UsageError } from './command.ts'
import { exportText } from './transfer/export.ts'
import { typedPath, writeText } from './transfer/files.ts'
import { addMissing, missingSentence, noneMissing } from './transfer/pictures.ts'
import { headerOf } from './transfer/portable.ts'
import { kindList } from './transfer/site-format.ts'

const exportCommand: Command = {
  usage: '[FILE] [--with-passwords] [--without-pictures]',
  summary: `Writes ${kindList} in the format that import reads; "-" or no FILE is standard output.
  FILE.ndjson         a row a line instead of one document; FILE….gz is compressed
  --without-pictures  leaves out the files, which db:copy and db:backup take along unchanged
  --with-passwords    with the password hashes, so that people can sign in to the imported site
Messages, notifications and sessions are left out: db:backup has everything.`,
  async run(args) {
    const options = {
      'with-passwords': { type: 'boolean', default: false },
      'without-pictures': { type: 'boolean', default: false },
    } as const
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
    const [named = '-'] = positionals
    if (positionals.length > 1) throw new UsageError(`usage: export ${exportCommand.usage}`)
    const { database, media } = readConfig(environment)
    const file = fileOf(database)
    if (file && !existsSync(file))
      throw new UsageError(`there is no database at ${publicDatabaseUrl(database)}`)
    await headerOf(database)
    const missing = noneMissing()
    const format = {
      asLines: /\.(ndjson|jsonl)(\.gz)?$/.test(named),
      withPasswords: values['with-passwords'],
      storage: values['without-pictures'] ? null : openStorage(media),
      onMissing: (key: string) => addMissing(missing, key),
    }
    await withConsistentRead(database, db =>
      writeText(exportText(db, format), named === '-' ? '-' : typedPath(named)),
    )
    if (missing.count > 0) console.error(missingSentence('in the export', missing))
    if (named !== '-') console.log(`Exported to ${typedPath(named)}`)
  },
}

export default exportCommand
