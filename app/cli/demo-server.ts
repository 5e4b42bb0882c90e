/** The process of `npm run demo`: the community first, then the ordinary server. */
import { environment, readConfig } from '../config.ts'
import { migrate } from '../database/migrations/migrations.ts'
import { openDatabase } from '../database/open.ts'
import { seedCommunity } from './seed/seed.ts'

const password = process.argv[2] as string
const { database } = readConfig(environment)
await migrate(database)
const db = await openDatabase(database)
await seedCommunity(db, { password, now: new Date() })
await db.close()
await import('../server.ts')
console.log(`  Sign in as susan, john, david or mary with the password ${password}\n`)
