import { parseArgs } from 'node:util'
import { environment, readConfig } from '../config.ts'
import { openWithoutTimeouts } from '../database/consistent-read.ts'
import { migrate } from '../database/migrations/migrations.ts'
import { assertSchemaApplied } from '../database/migrations/schema-ahead.ts'
import { images } from '../database/schema.ts'
import { openStorage } from '../storage/open.ts'
import type { Command } from './command.ts'
import { mismatches } from './media/check.ts'
import { progressBar } from './progress.ts'

const hour = 3_600_000

const mediaCheck: Command = {
  usage: '[--dry-run] [--quick] [--now] [--yes]',
  summary: `Compares pictures with their files, mends what does not match, and fails if there was anything.
Files of no picture are deleted. A picture whose files are lost or changed is removed from its post or profile: a post
counts those that remain, a profile shows the generated mark. The site may run.
  --dry-run   changes nothing
  --quick     compares the sizes of files, and does not read them
  --now       also deletes files of the last hour, which may be uploads under way: for a site that is stopped
  --yes       goes on although most pictures and files do not match, as with a MEDIA_URL of another site`,
  async run(args) {
    const flag = { type: 'boolean', default: false } as const
    const options = { 'dry-run': flag, quick: flag, now: flag, yes: flag }
    const { values } = parseArgs({ args, options })
    const { database, media } = readConfig(environment)
    await migrate(database)
    await assertSchemaApplied(database)
    const db = await openWithoutTimeouts(database)
    const storage = openStorage(media)
    const place = media.kind === 'folder' ? media.path : media.endpoint
    const bar = progressBar(place)
    try {
      await storage.prepare()
      const total = await db.$count(images)
      let found = 0
      const all = mismatches({
        db,
        storage,
        mends: !values['dry-run'],
        reads: !values.quick,
        settledAfter: values.now ? 0 : hour,
        isSure: values.yes,
        onProgress: done => bar.show(done / total),
      })
      for await (const mismatch of all) {
        bar.clear()
        console.log(mismatch)
        found += 1
      }
      bar.clear()
      console.log(conclusion({ found, total, place, mends: !values['dry-run'] }))
      if (found > 0) process.exitCode = 1
    } finally {
      bar.clear()
      await db.close()
    }
  },
}

type Outcome = { found: number; total: number; place: string; mends: boolean }

function conclusion({ found, total, place, mends }: Outcome): string {
  const pictures = `${total.toLocaleString('en')} ${total === 1 ? 'picture' : 'pictures'}`
  if (found === 0) return `${pictures} and the files in ${place} match.`
  const things = found === 1 ? '1 thing' : `${found.toLocaleString('en')} things`
  return mends
    ? `${things} did not match and ${found === 1 ? 'is' : 'are'} mended (${pictures}, ${place}).`
    : `${things} ${found === 1 ? 'does' : 'do'} not match; nothing was changed (${pictures}, ${place}).`
}

export default mediaCheck
