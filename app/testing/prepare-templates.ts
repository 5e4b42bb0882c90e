/**
 * A process that prepares the databases which the tests of one engine copy, prints their URLs, and drops them when its
 * input ends: `DATABASE_URL=… node prepare-templates.ts`.
 */
import { finished } from 'node:stream/promises'
import { migrate } from '../database/migrations/migrations.ts'
import { emptyDatabase, type Templates } from './database.ts'
import { addPeople } from './people.ts'

const [migrated, people] = [await emptyDatabase(), await emptyDatabase()]
await Promise.all([migrate(migrated.config), migrate(people.config)])
await addPeople(people.config)
console.log(JSON.stringify({ migrated: migrated.url, people: people.url } satisfies Templates))
await finished(process.stdin.resume(), { writable: false })
await Promise.all([migrated.drop(), people.drop()])
