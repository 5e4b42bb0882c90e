import process from 'node:process'
import { parseArgs } from 'node:util'
import { environment, publicDatabaseUrl, readConfig } from '../config.ts'
import { type Command, UsageError } from './command.ts'
import { digestLines } from './transfer/copy.ts'
import { typedPath } from './transfer/files.ts'
import { restore } from './transfer/restore.ts'

const restoreCommand: Command = {
  usage: 'FILE [--yes] [--digests]',
  summary: `Restores a backup made by db:backup: all of it, or nothing if anything is wrong with it.
A portable backup (.ndjson, .ndjson.gz, or "-" for standard input) restores on either engine.
  --yes       replace a database that has users: an SQLite file is kept beside the new one, and
              PostgreSQL is backed up first, into a file of this folder
  --digests   prints each table's count of rows and SHA-256`,
  async run(args) {
    const options = {
      yes: { type: 'boolean', default: false },
      digests: { type: 'boolean', default: false },
    } as const
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options })
    const [named] = positionals
    if (!named || positionals.length > 1) throw new UsageError(`usage: db:restore ${restoreCommand.usage}`)
    const { database } = readConfig(environment)
    const { oldFile, tables } = await restore(database, named === '-' ? '-' : typedPath(named), values.yes)
    if (tables && values.digests) process.stderr.write(digestLines(tables))
    console.log(`Restored ${publicDatabaseUrl(database)}.`)
    if (oldFile) console.log(`The old database is ${oldFile}`)
  },
}

export default restoreCommand
