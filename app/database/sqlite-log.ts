/** The write-ahead log as a file: what has been committed is in it, and lasts when it has been flushed. */
import { close, fdatasync, open } from 'node:fs'
import { promisify } from 'node:util'

const [openFile, flushFile, closeFile] = [promisify(open), promisify(fdatasync), promisify(close)]

export type Log = { flushed(): Promise<void>; close(): Promise<void> }

/**
 * `flushed()` resolves when what was in the log when it was called is on the disk. A flush takes milliseconds, in
 * libuv's pool of threads; whoever asks while one is under way shares the next with all others.
 * @see https://sqlite.org/wal.html: with `synchronous = NORMAL`, SQLite itself flushes before checkpoints alone
 */
export function openLog(file: string): Log {
  // The file stays the same for as long as any connection is open.
  let log: Promise<number> | null = null
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null
  const flush = async () => {
    log ??= openFile(`${file}-wal`, 'r+')
    log.catch(() => void (log = null))
    await flushFile(await log)
  }
  const start = () => {
    next = null
    running = flush().finally(() => void (running = null))
    return running
  }
  return {
    flushed: () => {
      if (!running) return start()
      next ??= running.then(start, start)
      return next
    },
    close: async () => {
      await running?.catch(() => {})
      if (log) await closeFile(await log)
    },
  }
}
