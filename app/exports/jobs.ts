import { defineJob, type JobContext } from '../jobs/definition.ts'
import type { Language } from '../locales/translate.ts'
import { canMail, sendMail } from '../mail/mail.ts'
import { notify } from '../notifications/queries.ts'
import { ownProfile } from './content-queries.ts'
import { filesOf, rowsToWrite } from './contents.ts'
import { addExportPart, finishExport, takeUpExport } from './queries.ts'
import { inPieces, zipped } from './zip.ts'

declare module '../jobs/queue.ts' {
  interface Jobs {
    'exports.make': { language: Language }
  }
}

/** Bytes of the file that are kept in a row: as much as is ever in memory of it. */
const partSize = 256 * 1024

/** Puts everything of a person's into a ZIP; an attempt that was cut short is begun anew by the next. */
export const exportJob = defineJob<'exports.make'>({
  name: 'exports.make',
  attempts: 5,
  atOnce: 1,
  async run({ language }, context) {
    const id = await context.transaction(tx => takeUpExport(tx, context.id))
    if (id === undefined) return null
    const size = await writeParts(id, context, language)
    return tx => announce(tx, { id, size, language }, context)
  },
})

/** Returns how many bytes there are. */
async function writeParts(exportId: number, context: JobContext, language: Language): Promise<number> {
  const { db, config, transaction, signal } = context
  const userId = ownerOf(context)
  const now = new Date()
  const profile = await ownProfile(db, userId)
  const onRow = rowCounter(context, rowsToWrite(profile))
  const files = filesOf({ db, config, userId, profile, language, now, onRow })
  let size = 0
  let position = 0
  for await (const bytes of inPieces(zipped(files, now), partSize)) {
    signal.throwIfAborted()
    const part = { exportId, position, bytes }
    await transaction(tx => addExportPart(tx, part))
    size += bytes.length
    position += 1
  }
  return size
}

/** Rows may come and go while they are written, so there may be more of them than were expected. */
function rowCounter({ progress, signal }: JobContext, expected: number): () => Promise<void> {
  let done = 0
  return async () => {
    done += 1
    if (done % 100 !== 0) return
    signal.throwIfAborted()
    await progress(done, Math.max(done, expected))
  }
}

type Finished = { id: number; size: number; language: Language }

async function announce(
  tx: Parameters<typeof finishExport>[0],
  { id, size, language }: Finished,
  context: JobContext,
): Promise<void> {
  const userId = ownerOf(context)
  const expiresAt = await finishExport(tx, { id, userId, size }, new Date())
  if (!expiresAt) return
  await notify(tx, { userId, kind: 'export', subject: `export:${id}` })
  if (!canMail(context.config)) return
  const input = { userId, expiresAt: expiresAt.toISOString() }
  await sendMail(tx, { name: 'exports.ready', language, input, userId })
}

function ownerOf({ userId }: JobContext): number {
  if (userId === null) throw new Error('an export is somebody’s')
  return userId
}
