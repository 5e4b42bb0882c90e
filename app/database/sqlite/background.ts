/**
 * A Reader in a thread of its own. better-sqlite3 answers at once or not at all: what takes it 30 ms, like two common
 * words that never meet among a million posts, would stop the process for that long.
 */
import { Worker } from 'node:worker_threads'
import { betterSQLite3Codecs as codecs } from 'drizzle-orm/better-sqlite3'
import { drizzle } from 'drizzle-orm/sqlite-proxy'
import type { OnStatement, Reader } from '../database.ts'
import { DatabaseUnavailable } from '../errors.ts'
import { readerOf } from '../reader-writer.ts'
import { relations } from '../schema.ts'

/** What goes to the thread and comes back; `id` pairs a response with its request. */
export type ReadRequest = { id: number; sql: string; values: unknown[]; isRaw: boolean }
export type ReadResponse = { id: number; rows: unknown[] } | { id: number; message: string; code: string }

type Waiting = { resolve(rows: unknown[]): void; reject(error: Error): void }

/** Opens nothing before the first statement; from then on, the thread stays until it is closed. */
export function openBackground(
  file: string,
  onStatement?: OnStatement,
): { reader: Reader; close(): Promise<void> } {
  const thread = new Thread(file)
  const ask = async (sql: string, values: unknown[], isRaw: boolean) => {
    const ended = onStatement?.(sql)
    try {
      return await thread.ask(sql, values, isRaw)
    } finally {
      ended?.()
    }
  }
  const all = (sql: string, values: unknown[], mode: 'array' | 'object') => ask(sql, values, mode === 'array')
  const get = async (...asked: Parameters<typeof all>) => (await all(...asked))[0]
  const run = () => Promise.reject(new Error('a Reader cannot write'))
  const client = { all, get, run } as unknown as Parameters<typeof drizzle>[0]
  const reader = readerOf(drizzle(client, { relations, codecs }) as unknown as Parameters<typeof readerOf>[0])
  return { reader, close: () => thread.close() }
}

class Thread {
  readonly #file: string
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #asked = 0

  constructor(file: string) {
    this.#file = file
  }

  ask(sql: string, values: unknown[], isRaw: boolean): Promise<unknown[]> {
    const worker = (this.#worker ??= this.#start())
    const { promise, resolve, reject } = Promise.withResolvers<unknown[]>()
    const id = ++this.#asked
    this.#waiting.set(id, { resolve, reject })
    // Only a pending read keeps the process alive.
    worker.ref()
    worker.postMessage({ id, sql, values, isRaw } satisfies ReadRequest)
    return promise
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    // Without the flags of this process: some of them (--input-type, --watch) are not for a thread.
    const options = { workerData: this.#file, execArgv: [] }
    const worker = new Worker(new URL('./background-thread.ts', import.meta.url), options)
    worker.on('message', (answer: ReadResponse) => this.#hear(worker, answer))
    let why: unknown
    worker.on('error', error => void (why = error))
    worker.on('exit', () => this.#end(why))
    return worker
  }

  #hear(worker: Worker, answer: ReadResponse): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) worker.unref()
    if ('rows' in answer) waiting?.resolve(answer.rows)
    else waiting?.reject(Object.assign(new Error(answer.message), { code: answer.code }))
  }

  /** Pending reads fail; the next one starts another thread. */
  #end(cause: unknown): void {
    this.#worker = null
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of all)
      reject(new DatabaseUnavailable('the thread that reads the database has ended', { cause }))
  }
}
