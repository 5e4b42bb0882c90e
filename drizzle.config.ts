import { defineConfig } from 'drizzle-kit'
import { readConfig } from './app/config.ts'
import process from 'node:process'

const { database } = readConfig(process.env)
const sqlite = database.engine === 'sqlite'

export default defineConfig({
  dialect: database.engine,
  schema: './app/database/schema.ts',
  out: `./drizzle/${database.engine}`,
  dbCredentials: { url: sqlite ? database.file : database.url },
  // Full-text tables belong to the search, not to the schema: `push` would drop them.
  tablesFilter: ['!*_fts', '!*_fts_*'],
})
