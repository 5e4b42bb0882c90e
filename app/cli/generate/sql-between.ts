/** SQL from one snapshot of the schema to another. */
import type { Engine } from '../../config.ts'
import { alterationsBetween } from './alterations.ts'
import type { Hint, MissingHint } from './drizzle-kit.ts'
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
  const generate = (all: Hint[]) => generateMigration(from as never, to as never, { hints: all as never })
  const own = await generate(hints).catch(error => generate([...hints, ...answersTo(error)]))
  return [...first, ...guarded(own), ...last]
}

/** What was renamed is among the hints: on the way back, everything else that drizzle-kit asks about is new or goes. */
function answersTo(error: unknown): Hint[] {
  const { missingHints } = error as { missingHints?: MissingHint[] }
  if (!missingHints) throw error
  return missingHints.map(({ type, kind, entity }) => ({
    type: type === 'confirm_data_loss' ? type : 'create',
    kind,
    entity,
  }))
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
