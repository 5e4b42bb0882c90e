import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Database, openDatabase } from '../database/database.ts'
import { migratedDatabase } from './database.ts'
import { type Ended, runProcess } from './process.ts'

/** A migrated database with a folder beside it, for the commands that read and write files. */
export type Workplace = {
  db: Database
  folder: string
  /** Writes a file into the folder, JSON unless it is text or bytes already, and answers where it is. */
  file(name: string, content: unknown): string
  /** Runs a command on the database. */
  cli(...words: string[]): Promise<Ended>
  close(): Promise<void>
}

export async function openWorkplace(): Promise<Workplace> {
  const test = await migratedDatabase()
  const db = await openDatabase(test.config)
  const folder = mkdtempSync(path.join(tmpdir(), 'microblog-files-'))
  return {
    db,
    folder,
    file: (name, content) => {
      const place = path.join(folder, name)
      const written = typeof content === 'string' || content instanceof Uint8Array
      writeFileSync(place, written ? content : JSON.stringify(content))
      return place
    },
    cli: (...words) => runProcess(['app/cli.ts', ...words], { DATABASE_URL: test.url }),
    close: async () => {
      await db.close()
      await test.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
