import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from '../config.ts'
import { type Database } from '../database/database.ts'
import { openDatabase } from '../database/open.ts'
import { openFolder } from '../storage/folder.ts'
import type { Storage } from '../storage/storage.ts'
import { runCommand } from './commands.ts'
import { migratedDatabase } from './database.ts'
import { type Ended, endedProcess, startProcess } from './process.ts'

/** A migrated database with a folder beside it, for the commands that read and write files. */
export type CliFixture = {
  db: Database
  folder: string
  /** Where the commands have their pictures. */
  storage: Storage
  /** Writes a file into the folder, as JSON unless it is text or bytes, and returns its path. */
  file(name: string, content: unknown): string
  /** Runs a command on the database; see `runCommand`. */
  cli(...words: string[]): Promise<Ended>
  /** The same as a process of its own. */
  cliWithInput(input: string, ...words: string[]): Promise<Ended>
  close(): Promise<void>
}

export async function openCliFixture(): Promise<CliFixture> {
  const test = await migratedDatabase()
  const db = await openDatabase(test.config)
  const folder = mkdtempSync(path.join(tmpdir(), 'microblog-files-'))
  const media = path.join(folder, 'media')
  const environment = { DATABASE_URL: test.url, MEDIA_URL: `file:${media}` }
  return {
    db,
    folder,
    storage: openFolder(media),
    file: (name, content) => {
      const target = path.join(folder, name)
      const written = typeof content === 'string' || content instanceof Uint8Array
      writeFileSync(target, written ? content : JSON.stringify(content))
      return target
    },
    cli: (...words) => runCommand(words, environment),
    cliWithInput: (input, ...words) => {
      const child = startProcess([`${root}/app/cli.ts`, ...words], environment)
      child.stdin?.end(input)
      return endedProcess(child)
    },
    close: async () => {
      await db.close()
      await test.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
