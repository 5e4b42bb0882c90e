import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { environment, readConfig } from '../config.ts'
import { openWithoutTimeouts } from '../database/consistent-read.ts'
import { users } from '../database/schema.ts'
import { openStorage } from '../storage/open.ts'
import { type Command, UsageError } from './command.ts'
import { seedCommunity } from './seed/seed.ts'
import { withDatabase } from './with-database.ts'

const seed: Command = {
  usage: '[--force] [--without-pictures]',
  summary: `Fills the configured database with a small example community.
It refuses a database that has users, unless --force is given.
  --without-pictures  draw none, which takes most of the time
The password of the new accounts is random and printed.`,
  async run(args) {
    const options = {
      force: { type: 'boolean', default: false },
      'without-pictures': { type: 'boolean', default: false },
    } as const
    const { values } = parseArgs({ args, options })
    await withDatabase(async db => {
      const present = await db.$count(users)
      if (present > 0 && !values.force) {
        throw new UsageError(
          `the database has ${present} users already: nothing was added (--force adds the community anyway)`,
        )
      }
      const drawn = values['without-pictures'] ? null : await draw()
      const password = randomBytes(9).toString('base64url')
      const community = { password, now: new Date(), ...(drawn && { drawn }) }
      const { people, posts, follows } = await seedCommunity(db, community)
      console.log(
        `Added ${people} people, ${posts} posts and ${follows} follows. Password of all of them: ${password}`,
      )
    }, openWithoutTimeouts)
  },
}

/** The library of pictures is loaded for nothing else. */
async function draw() {
  const { drawCommunity } = await import('./seed/pictures.ts')
  return drawCommunity(openStorage(readConfig(environment).media))
}

export default seed
