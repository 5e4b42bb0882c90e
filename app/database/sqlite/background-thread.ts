/** The thread of sqlite-aside.ts: reads one statement after the other, and knows nothing of the application. */
import { parentPort, workerData } from 'node:worker_threads'
import Client from 'better-sqlite3'
import type { ReadRequest, ReadResponse } from './background.ts'

const client = new Client(String(workerData), { readonly: true, timeout: 5_000 })
const compiled = new Map<string, Client.Statement>()

parentPort?.on('message', (question: ReadRequest) => parentPort?.postMessage(answerTo(question)))

function answerTo({ id, sql, values, isRaw }: ReadRequest): ReadResponse {
  try {
    return { id, rows: statementFor(sql, isRaw).all(...values) }
  } catch (error) {
    const { message, code } = error as Error & { code?: string }
    return { id, message, code: String(code) }
  }
}

function statementFor(sql: string, isRaw: boolean): Client.Statement {
  const key = `${isRaw} ${sql}`
  const known = compiled.get(key)
  if (known) return known
  if (compiled.size >= 100) compiled.clear()
  const statement = isRaw ? client.prepare(sql).raw() : client.prepare(sql)
  compiled.set(key, statement)
  return statement
}
