import { parseArgs } from 'node:util'
import { MigrationRefused } from '../database/migrations/failures.ts'
import type { Command } from './command.ts'
import { generateCustomMigration, generateMigration } from './generate/generate.ts'
import { parseHintOptions } from './generate/hints.ts'

const generate: Command = {
  usage: '--name NAME [--rename OLD=NEW]… [--new NAME]… [--custom]',
  summary: `Writes a migration for both engines from what changed in app/database/schema.ts.
  -m, --name NAME   what it does, like add_language_to_posts or "add language to posts"
  --rename OLD=NEW  a table (notes=posts) or column (posts.text=posts.body) that only changes its name
  --new NAME        a table or column that is new, although another one goes
  --custom          empty files, for SQL of your own
Beside each migration.sql it proposes a down.sql, for you to review. Nothing is written when nothing changed.`,
  async run(args) {
    const options = {
      name: { type: 'string', short: 'm' },
      rename: { type: 'string', multiple: true },
      new: { type: 'string', multiple: true },
      custom: { type: 'boolean', default: false },
    } as const
    const { values } = parseArgs({ args, options })
    const { custom } = values
    const name = (values.name ?? '')
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, '_')
    if (!/^[a-z][a-z0-9_]{0,80}$/.test(name)) {
      throw new MigrationRefused(
        'name it with --name, in letters, digits and _, like --name add_language_to_posts',
      )
    }
    const generated = custom
      ? await generateCustomMigration(name)
      : await generateMigration(name, parseHintOptions(values))
    if (!generated)
      return console.log('The schema has not changed since the last migration: nothing was written.')
    for (const change of generated.changes) console.log(`  ${change}`)
    console.log(
      `Wrote drizzle/{sqlite,postgresql}/${generated.name}: review down.sql, then npm run db:migrate`,
    )
  },
}

export default generate
