import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { environment, readConfig } from '../config.ts'
import { openWithoutTimeouts } from '../database/consistent-read.ts'
import { users } from '../database/schema.ts'
import { openStorage } from '../storage/open.ts'
import { type Command, UsageError } from './command.ts'
import { drawCommunity } from './seed/pictures.ts'
import { seedCommunity } from './seed/seed.ts'
import { withDatabase } from './with-database.ts'

const seed: Command = {
  usage: '[--force]',
  summary: `Fills the configured database with a small example community.
It refuses a database that has users, unless --force is given.
The password of the new accounts is random and printed.`,
  async run(args) {
    const { values } = parseArgs({ args, options: { force: { type: 'boolean', default: false } } })
    await withDatabase(async db => {
      const present = await db.$count(users)
      if (present > 0 && !values.force) {
        throw new UsageError(
          `the database has ${present} users already: nothing was added (--force adds the community anyway)`,
        )
      }
      const storage = openStorage(readConfig(environment).media)
      const drawn = await drawCommunity(storage)
      const password = randomBytes(9).toString('base64url')
      const { people, posts, follows } = await seedCommunity(db, { password, now: new Date(), drawn })
      console.log(
        `Added ${people} people, ${posts} posts and ${follows} follows. Password of all of them: ${password}`,
      )
    }, openWithoutTimeouts)
  },
}

export default seed
