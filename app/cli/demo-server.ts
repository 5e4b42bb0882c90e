/** The process of `npm run demo`: the community first, then the ordinary server. */
import { environment, readConfig } from '../config.ts'
import { migrate } from '../database/migrations/migrations.ts'
import { openDatabase } from '../database/open.ts'
import { openStorage } from '../storage/open.ts'
import { drawCommunity } from './seed/pictures.ts'
import { seedCommunity } from './seed/seed.ts'

const password = process.argv[2] as string
const { database, media } = readConfig(environment)
await migrate(database)
const db = await openDatabase(database)
const drawn = await drawCommunity(openStorage(media))
await seedCommunity(db, { password, now: new Date(), drawn })
await db.close()
await import('../server.ts')
console.log(`  Sign in as susan, john, david or mary with the password ${password}\n`)
