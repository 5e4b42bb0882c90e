import { defineConfig } from 'drizzle-kit'
import { environment, readConfig } from './app/config.ts'

const { database } = readConfig(environment)

export default defineConfig({
  dialect: database.engine,
  schema: './app/database/schema.ts',
  out: `./drizzle/${database.engine}`,
  dbCredentials: { url: database.engine === 'sqlite' ? database.file : database.url },
  // Full-text tables belong to the search, not to the schema: `push` would drop them.
  tablesFilter: ['!*_fts', '!*_fts_*'],
})
