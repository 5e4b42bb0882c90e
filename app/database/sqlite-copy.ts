import { chmodSync } from 'node:fs'
import Client from 'better-sqlite3'
import type { SqliteConfig } from './sqlite.ts'

/** Copies a database beside itself, consistent while it is being used; returns the copy's path. */
export async function copyBeside({ file }: Pick<SqliteConfig, 'file'>, why: string): Promise<string> {
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const copy = `${file}.${why}-${stamp}`
  const client = new Client(file, { readonly: true })
  try {
    await client.backup(copy)
    chmodSync(copy, 0o600)
    return copy
  } finally {
    client.close()
  }
}
