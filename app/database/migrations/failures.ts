/** Why a database is not migrated, each in one sentence for the person at the prompt. */
import { UserError } from '../../config/user-error.ts'
import type { Loss } from './data-loss.ts'

/** The database has a migration that this code does not have. */
export class SchemaTooNew extends UserError {
  override readonly name = 'SchemaTooNew'
}

/** A migration that cannot be named, found or taken back. */
export class MigrationRefused extends UserError {
  override readonly name = 'MigrationRefused'
}

/** A statement of a migration failed; `cause` is the database's error. */
export class StatementFailed extends Error {
  override readonly name = 'StatementFailed'
  readonly statement: string
  constructor(statement: string, cause: unknown) {
    super('a statement failed', { cause })
    this.statement = statement
      .replaceAll(/^\s*--.*$/gm, '')
      .replaceAll(/\s+/g, ' ')
      .trim()
  }
}

/** A statement of a migration failed, and the whole transaction was rolled back. */
export class MigrationFailed extends UserError {
  override readonly name = 'MigrationFailed'
}

/** The sentence: the file of the migration, the statement, and what the database says of it. */
export function migrationFailed(file: string, { statement, cause }: StatementFailed): MigrationFailed {
  const shown = statement.length > 160 ? `${statement.slice(0, 160)}…` : statement
  return new MigrationFailed(
    `${file} failed at "${shown}": ${databaseMessage(cause)}. Nothing was changed; mend the file, then try again`,
  )
}

/** What the database says, with PostgreSQL's detail and hint, on one line. */
function databaseMessage(error: unknown): string {
  const { message, detail, hint } = error as { message: string; detail?: string; hint?: string }
  return [message, detail, hint].filter(Boolean).join('; ').replaceAll(/\s+/g, ' ').replace(/[.]$/, '')
}

/** Rows or values would be lost, and that was not accepted: nothing was changed. */
export class DataLossRefused extends UserError {
  override readonly name = 'LossRefused'
  readonly losses: Loss[]
  constructor(losses: Loss[]) {
    super(`this would lose ${losses.map(({ description }) => description).join(', ')}: nothing was changed`)
    this.losses = losses
  }
}
