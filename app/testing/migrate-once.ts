/** A process that migrates the database it is told and ends; migrations.test.ts starts several at once. */
import { readConfig } from '../config.ts'
import { migrate } from '../database/migrations/migrations.ts'

await migrate(readConfig({ DATABASE_URL: process.argv[2] }).database)
