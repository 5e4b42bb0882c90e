/** The write-ahead log as a file: commits are in it, and survive a power cut once it has been flushed. */
import { type FileHandle, open } from 'node:fs/promises'

/**
 * Flushes the log of an open database, in libuv's thread pool, which takes milliseconds. Callers that come during a
 * flush share the next one.
 * @see https://sqlite.org/wal.html: with `synchronous = NORMAL`, SQLite itself flushes before checkpoints alone
 */
export class WalFlusher {
  readonly #file: string
  #open: Promise<FileHandle> | null = null
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  /** @param database the path of the database's own file */
  constructor(database: string) {
    this.#file = `${database}-wal`
  }

  /** Resolves when everything committed so far is on the disk. */
  synced(): Promise<void> {
    if (!this.#running) return this.#start()
    const start = () => this.#start()
    this.#next ??= this.#running.then(start, start)
    return this.#next
  }

  async close(): Promise<void> {
    await this.#running?.catch(() => {})
    await (await this.#open)?.close()
  }

  #start(): Promise<void> {
    this.#next = null
    this.#running = this.#flush().finally(() => void (this.#running = null))
    return this.#running
  }

  async #flush(): Promise<void> {
    this.#open ??= open(this.#file, 'r+')
    // It may be there the next time.
    this.#open.catch(() => void (this.#open = null))
    await (await this.#open).datasync()
  }
}
