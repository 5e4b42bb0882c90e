/**
 * What a backup holds behind its last page: an appendix (lines of text), and the digest of it all. SQLite reads as many
 * pages as the file's header says and leaves what follows alone, so every program still opens the file, and the rest goes
 * where the file goes.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { appendFile, open } from 'node:fs/promises'
import { UserError } from '../../config/user-error.ts'

const sealOf = (sha256: string) =>
  `\nMicroblog backup. SHA-256 of all bytes before this line break: ${sha256}\n`
const sealLength = sealOf('0'.repeat(64)).length

/** Ends a finished copy with its digest. */
export async function seal(file: string): Promise<void> {
  const { size, pageSize } = await measure(file)
  // A file of whole pages would look as if it had no seal; the appendix may have empty lines.
  if ((size + sealLength) % pageSize === 0) await appendFile(file, '\n')
  await appendFile(file, sealOf(await digestOf(file)))
}

/**
 * Whether the file still is what was sealed; false if it never was, like a copy made before there were seals.
 * @throws UserError when a byte has changed since
 */
export async function isSealed(file: string): Promise<boolean> {
  const { size, pageSize, end } = await measure(file)
  // More than whole pages: there is a seal, even if not a letter of it can be read any more.
  if (size % pageSize === 0) return false
  const content = Math.max(size - sealLength, 0)
  if (end === sealOf(await digestOf(file, content))) return true
  throw new UserError(
    `${file} is damaged, or was changed since it was made: its digest does not match (if you changed it, npm run db:backup makes a backup of it)`,
  )
}

/** Where the appendix of a sealed file is, from its first byte to before its last; null: it has none. */
export async function appendixOf(file: string): Promise<{ start: number; end: number } | null> {
  const { size, pageSize, pages } = await measure(file)
  const [start, end] = [pages * pageSize, size - sealLength]
  return size % pageSize > 0 && start > 0 && start < end ? { start, end } : null
}

/** The file's size, the size and number of pages that its header states, and its end. */
async function measure(
  file: string,
): Promise<{ size: number; pageSize: number; pages: number; end: string }> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const [header, end] = [Buffer.alloc(32), Buffer.alloc(sealLength)]
    await handle.read(header, 0, header.length, 0)
    await handle.read(end, 0, end.length, Math.max(size - sealLength, 0))
    const stated = header.readUInt16BE(16)
    // 65,536 does not fit into its two bytes.
    const pageSize = stated === 1 ? 65_536 : stated
    return { size, pageSize, pages: header.readUInt32BE(28), end: end.toString('latin1') }
  } finally {
    await handle.close()
  }
}

async function digestOf(file: string, length?: number): Promise<string> {
  const hash = createHash('sha256')
  if (length === 0) return hash.digest('hex')
  const end = length === undefined ? {} : { end: length - 1 }
  for await (const bytes of createReadStream(file, { highWaterMark: 1024 * 1024, ...end })) hash.update(bytes)
  return hash.digest('hex')
}
