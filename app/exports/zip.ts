/** ZIP files in bounded memory: their bytes come as fast as somebody takes them, and no faster. */
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'

export type ArchiveFile = { path: string; text: Iterable<string> | AsyncIterable<string> }

/** The bytes of a ZIP with these files, each of which is asked for when the one before it is packed. */
export async function* zipped(files: AsyncIterable<ArchiveFile>, mtime: Date): AsyncGenerator<Buffer> {
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
  for await (const { path, text } of files) {
    if (bytes.destroyed) return
    let source: Readable | null = Readable.from(text)
    const stop = () => void source?.destroy()
    bytes.once('close', stop)
    // Not addReadStream: yazl remembers every entry until the last, and would remember its words with it.
    zip.addReadStreamLazy(path, { mtime }, begin => source && begin(null, source))
    // Its end, its failure (which is thrown), or that nobody wants it any more.
    await once(source, 'close')
    bytes.off('close', stop)
    source = null
    if (bytes.destroyed) return
  }
  zip.end()
}

/** The same bytes in pieces of this size; the last one is what is left. */
export async function* inPieces(bytes: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = []
  let length = 0
  for await (const chunk of bytes) {
    waiting.push(chunk)
    length += chunk.length
    if (length < size) continue
    const all = Buffer.concat(waiting)
    const whole = length - (length % size)
    for (let at = 0; at < whole; at += size) yield all.subarray(at, at + size)
    waiting = [all.subarray(whole)]
    length -= whole
  }
  if (length > 0) yield Buffer.concat(waiting)
}
