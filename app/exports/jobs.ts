import { defineJob, type JobContext } from '../jobs/definition.ts'
import type { Language } from '../locales/translate.ts'
import { canMail, sendMail } from '../mail/mail.ts'
import { kinds } from '../notifications/kinds.ts'
import { notify } from '../notifications/queries.ts'
import { ownProfile } from './content-queries.ts'
import { exportFiles, rowsToWrite } from './contents.ts'
import { addExportPart, finishExport, restartExport } from './queries.ts'
import { inChunks, zipBytes } from './zip.ts'

declare module '../jobs/queue.ts' {
  interface Jobs {
    'exports.make': { language: Language }
  }
}

/** Bytes of the file in one row of `export_parts`, and so the most of it that is in memory. */
const partSize = 256 * 1024

/** Puts everything that belongs to a person into a ZIP; an attempt starts over where the one before was cut short. */
export const exportJob = defineJob<'exports.make'>({
  name: 'exports.make',
  attempts: 5,
  concurrency: 1,
  async run({ language }, context) {
    const id = await context.transaction(tx => restartExport(tx, context.id))
    if (id === undefined) return null
    const size = await writeParts(id, context, language)
    return tx => notifyOwner(tx, { id, size, language }, context)
  },
})

/** Returns the number of bytes. */
async function writeParts(exportId: number, context: JobContext, language: Language): Promise<number> {
  const { db, config, storage, transaction, signal } = context
  const userId = ownerOf(context)
  const now = new Date()
  const profile = await ownProfile(db, userId)
  const onRow = rowCounter(context, rowsToWrite(profile))
  const pictures = new Set<string>()
  const files = exportFiles({ db, config, storage, userId, profile, language, now, pictures, onRow })
  let size = 0
  let position = 0
  for await (const bytes of inChunks(zipBytes(files, now), partSize)) {
    signal.throwIfAborted()
    const part = { exportId, position, bytes }
    await transaction(tx => addExportPart(tx, part))
    size += bytes.length
    position += 1
  }
  return size
}

/** Rows come and go while the export is written, so there may be more than expected. */
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

async function notifyOwner(
  tx: Parameters<typeof finishExport>[0],
  { id, size, language }: Finished,
  context: JobContext,
): Promise<void> {
  const userId = ownerOf(context)
  const expiresAt = await finishExport(tx, { id, userId, size }, new Date())
  if (!expiresAt) return
  await notify(tx, { userId, kind: 'export', about: id })
  if (!kinds.export.mayMail || !canMail(context.config)) return
  const input = { userId, expiresAt: expiresAt.toISOString() }
  await sendMail(tx, { name: 'exports.ready', language, input, userId })
}

function ownerOf({ userId }: JobContext): number {
  if (userId === null) throw new Error('an export has an owner')
  return userId
}
