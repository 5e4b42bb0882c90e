/** A process of its own that holds the write lock of an SQLite file for so many milliseconds. */
import { setTimeout as delay } from 'node:timers/promises'
import Client from 'better-sqlite3'

const [file = '', milliseconds] = process.argv.slice(2)
const client = new Client(file, { timeout: 10_000 })
client.exec('BEGIN IMMEDIATE')
console.log('locked')
await delay(Number(milliseconds))
client.exec('ROLLBACK')
client.close()
