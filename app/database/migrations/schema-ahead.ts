/** Tables and columns of schema.ts that no migration has made yet. */
import type { DatabaseConfig } from '../../config.ts'
import { tableConfig } from '../columns.ts'
import { tables } from '../schema.ts'
import { MigrationRefused } from './failures.ts'
import { withMigrations } from './migrations.ts'

/** @throws MigrationRefused when the schema has something that the migrated database lacks */
export async function assertSchemaApplied(config: DatabaseConfig): Promise<void> {
  const [first, ...more] = await missingFrom(config)
  if (first === undefined) return
  throw new MigrationRefused(
    `the schema has ${[first, ...more].join(', ')}, which the database lacks: npm run db:generate -- --name … writes the migration`,
  )
}

/** Tables as `books`, columns as `users.mood`. */
async function missingFrom(config: DatabaseConfig): Promise<string[]> {
  const columns = await withMigrations(config, connection => connection.columns())
  return Object.values(tables).flatMap(table => {
    const { name, columns: wanted } = tableConfig(table as never)
    const found = columns.get(name)
    if (!found) return [name]
    return wanted.filter(column => !found.includes(column.name)).map(column => `${name}.${column.name}`)
  })
}
