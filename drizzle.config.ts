import process from 'node:process'
import { defineConfig } from 'drizzle-kit'
import { environment, readConfig } from './app/config.ts'

if (process.argv.includes('migrate')) {
  // On SQLite it deletes the rows that refer to a table it rebuilds (drizzle-orm#5782), and it takes no lock.
  throw new Error('drizzle-kit migrate can delete rows: use npm run db:migrate')
}

const { database } = readConfig(environment)

export default defineConfig({
  dialect: database.engine,
  schema: './app/database/schema.ts',
  out: `./drizzle/${database.engine}`,
  dbCredentials: { url: database.engine === 'sqlite' ? database.file : database.url },
  // Full-text tables belong to the search, not to the schema: `push` would drop them.
  tablesFilter: ['!*_fts', '!*_fts_*'],
})
