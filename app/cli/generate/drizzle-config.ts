/** How drizzle-kit reads the schema and reaches the configured database. */
import { registerHooks } from 'node:module'
import { userInfo } from 'node:os'
import process from 'node:process'
import { defineConfig } from 'drizzle-kit'
import { type DatabaseConfig, environment, readConfig } from '../../config.ts'

// The tests' PostgreSQL brings the driver pg along, which drizzle-kit would prefer to the one that the site uses.
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'pg') throw new Error('not this driver')
    return next(specifier, context)
  },
})

const { database } = readConfig(environment)
// `pull` writes a schema of its own, which nothing here uses: it does not land among the migrations.
const isPulling = ['pull', 'introspect'].includes(String(process.argv[2]))

export default defineConfig({
  dialect: database.engine,
  schema: './app/database/schema.ts',
  out: isPulling ? `./.cache/pulled/${database.engine}` : `./drizzle/${database.engine}`,
  dbCredentials: credentialsOf(database),
  // Full-text tables belong to the search, not to the schema: `push` would drop them.
  tablesFilter: ['!*_fts', '!*_fts_*'],
})

/** As drizzle-kit takes them: its own reading of a URL is not ours. Its type depends on the dialect. */
function credentialsOf(database: DatabaseConfig): { url: string } {
  if (database.engine === 'sqlite') return { url: database.file }
  const { hosts, ports, user = userInfo().username, password, tls } = database
  const [host = ''] = hosts
  return {
    host: hosts.length > 1 ? hosts.map((each, n) => `${each}:${ports[n]}`).join(',') : host,
    port: ports[0] ?? 5432,
    user,
    ...(password && { password }),
    database: database.database ?? user,
    ssl: tls,
  } as never
}
