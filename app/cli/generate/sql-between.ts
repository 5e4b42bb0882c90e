/** SQL from one snapshot of the schema to another. */
import type { Engine } from '../../config.ts'
import { alterationsBetween } from './alterations.ts'
import type { Hint } from './drizzle-kit.ts'
import type { Snapshot } from './snapshots.ts'

/**
 * The SQL that leads from one snapshot to another. With the two swapped it is the way back: drizzle-kit does not
 * document that use, so a person reviews the result.
 */
export async function sqlBetween(
  engine: Engine,
  [before, after]: [Snapshot, Snapshot],
  hints: Hint[],
): Promise<string[]> {
  const { first, from, to, last } = alterationsBetween(engine, [before, after], hints)
  const { generateMigration } =
    engine === 'sqlite'
      ? await import('drizzle-kit/payload/sqlite')
      : await import('drizzle-kit/payload/postgres')
  const own = await generateMigration(from as never, to as never, { hints: hints as never })
  return [...first, ...guarded(own), ...last]
}

/**
 * SQLite rebuilds a table by dropping it, and with foreign keys on, the rows that refer to it go too. The switch is
 * ignored inside a transaction, so a rebuild refuses to begin while it is on, whatever program runs the migration.
 */
function guarded(statements: string[]): string[] {
  const rebuild = statements.findIndex(isRebuild)
  return rebuild < 0 ? statements : statements.toSpliced(rebuild, 0, ...rebuildGuard)
}

export function isRebuild(statement: string): boolean {
  return /^\s*CREATE TABLE [`"]__new_/i.test(statement)
}

const rebuildGuard = [
  'CREATE TEMP TABLE `__rebuild` (`foreign_keys` integer CONSTRAINT `foreign keys are on: use npm run db:migrate` CHECK (`foreign_keys` = 0));',
  'INSERT INTO `__rebuild` SELECT `foreign_keys` FROM pragma_foreign_keys;',
  'DROP TABLE `__rebuild`;',
]
