/** ZIP files in bounded memory: bytes are made as fast as they are read, and no faster. */
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'

/** `bytes` are of a file that is compressed already. */
export type ArchiveFile = { path: string } & (
  | { text: Iterable<string> | AsyncIterable<string> }
  | { bytes: Uint8Array }
)

/** The bytes of a ZIP with these files, each of which is read when the one before it is compressed. */
export async function* zipBytes(files: AsyncIterable<ArchiveFile>, mtime: Date): AsyncGenerator<Buffer> {
  const zip = new ZipFile()
  // Typed as less than the PassThrough that it is.
  const bytes = zip.outputStream as Readable
  const fail = (error: Error) => void bytes.destroy(error)
  zip.on('error', fail)
  pack(zip, files, { mtime, bytes }).catch(fail)
  yield* bytes as AsyncIterable<Buffer>
}

async function pack(
  zip: ZipFile,
  files: AsyncIterable<ArchiveFile>,
  { mtime, bytes }: { mtime: Date; bytes: Readable },
): Promise<void> {
  for await (const file of files) {
    if (bytes.destroyed) return
    let source: Readable | null = Readable.from('text' in file ? file.text : [file.bytes])
    const stop = () => void source?.destroy()
    bytes.once('close', stop)
    // Not addReadStream: yazl keeps every entry until the end, and would keep its text with it.
    zip.addReadStreamLazy(
      file.path,
      { mtime, compress: 'text' in file },
      begin => source && begin(null, source),
    )
    // It ended, it failed (which is thrown), or the reader went away.
    await once(source, 'close')
    bytes.off('close', stop)
    source = null
    if (bytes.destroyed) return
  }
  zip.end()
}

/** The same bytes in chunks of this size; the last one is the rest. */
export async function* inChunks(bytes: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let pending: Buffer[] = []
  let length = 0
  for await (const chunk of bytes) {
    pending.push(chunk)
    length += chunk.length
    if (length < size) continue
    const all = Buffer.concat(pending)
    const whole = length - (length % size)
    for (let at = 0; at < whole; at += size) yield all.subarray(at, at + size)
    pending = [all.subarray(whole)]
    length -= whole
  }
  if (length > 0) yield Buffer.concat(pending)
}
