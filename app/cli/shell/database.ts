/** `db` in the shell: the database as any code sees it, with hints for a newcomer and a log of statements. */
import { inspect } from 'node:util'
import { UserError } from '../../config/user-error.ts'
import { type DatabaseConfig, publicDatabaseUrl } from '../../config.ts'
import type { Database, Writer } from '../../database/database.ts'
import { errorCode } from '../../database/errors.ts'
import { tables } from '../../database/schema.ts'
import { closest, refuseUnknown, unknownName } from './did-you-mean.ts'
import { assertCondition, boundedWriter, refuseNonConditions, UnboundedChange } from './guards.ts'
import { tableName } from './redact.ts'

/** The log of `.sql on`: each statement when it has ended, with its time. */
export type SqlLog = { enabled: boolean; onStatement: OnStatement }
type OnStatement = (sql: string) => (() => void) | undefined

/** A log that is off at first; `write` gets one line a statement. */
export function createSqlLog(write: (line: string) => void): SqlLog {
  const log: SqlLog = {
    enabled: false,
    onStatement: sql => {
      if (!log.enabled) return undefined
      const start = performance.now()
      return () => write(`${(performance.now() - start).toFixed(2).padStart(8)} ms  ${sql}`)
    },
  }
  return log
}

/** Resolves to whether a change of every row is meant. */
export type Confirm = (question: string) => Promise<boolean>

/** The database without `close`, which shows its URL without the password, and says where changes belong. */
export function shellDatabase(
  db: Database,
  config: DatabaseConfig,
  { sqlLog, confirm }: { sqlLog: SqlLog; confirm: Confirm },
): Database {
  refuseNonConditions(db)
  const label = `<Database ${config.engine} ${publicDatabaseUrl(config)}>`
  const names = {
    ...db,
    ...writesOutside,
    query: refuseUnknown({ ...db.query }, wanted =>
      unknownName(`db.query has no ${wanted}`, wanted, Object.keys(db.query)),
    ),
    $count: ((table: never, condition: never) => {
      assertCondition(condition, '$count')
      return db.$count(table, condition)
    }) as Database['$count'],
    execute: readOnly(db),
    transaction: boundedTransaction(db, loggedTransaction(db, sqlLog.onStatement), confirm),
    close: refusing('the shell itself closes the database: .exit'),
    [inspect.custom]: () => label,
  }
  return refuseUnknown(names, wanted => {
    const table = closest(wanted, Object.keys(tables))
    return table
      ? `db has no ${wanted}, a table is a name of its own: await db.select().from(${table})`
      : unknownName(`db has no ${wanted}`, wanted, Object.keys(names))
  })
}

/**
 * Asks before a change of every row, while no transaction is open: the question may take its time. Then the work is
 * done once more.
 */
function boundedTransaction(
  db: Database,
  transaction: Database['transaction'],
  confirm: Confirm,
): Database['transaction'] {
  return async <T>(work: (tx: Writer) => Promise<T>): Promise<T> => {
    try {
      return await transaction(tx => work(boundedWriter(tx)))
    } catch (error) {
      if (!(error instanceof UnboundedChange)) throw error
      const { verb, table } = error
      const all = `${verb} all ${await db.$count(table as never)} rows of ${tableName(table)}`
      if (await confirm(`This would ${all}. Go on?`)) return transaction(work)
      throw new UserError(
        `this would ${all}, and nothing was changed: add .where(…), or start the shell with --yes`,
      )
    }
  }
}

/** Begin and commit do not pass through Drizzle, so they are logged here. */
function loggedTransaction(db: Database, onStatement: OnStatement): Database['transaction'] {
  return async <T>(work: (tx: Writer) => Promise<T>): Promise<T> => {
    const begun = onStatement('begin')
    const committed = onStatement('commit (the time since begin)')
    const rolledBack = onStatement('rollback (the time since begin)')
    try {
      const result = await db.transaction(tx => {
        begun?.()
        return work(tx)
      })
      committed?.()
      return result
    } catch (error) {
      rolledBack?.()
      throw error
    }
  }
}

/** SQL by hand, which says where a change belongs when it is one. */
function readOnly(db: Database): Database['execute'] {
  return statement =>
    db.execute(statement).catch(error => {
      const { message } = ((error as Error).cause ?? error) as Error
      if (/^(SQLITE_READONLY|25006)$/.test(errorCode(error)) || /does not return data/.test(message))
        throw new UserError(`SQL by hand only reads: ${insideTransaction('insert(users).values(…)')}`)
      throw error
    })
}

/** What a Writer has and a Database has not: a newcomer tries it here first. */
const writesOutside = {
  invalidates: refusing(insideTransaction("invalidates('posts')")),
  insert: refusing(insideTransaction('insert(users).values(…)')),
  update: refusing(insideTransaction('update(users).set(…).where(…)')),
  delete: refusing(insideTransaction('delete(users).where(…)')),
}

function insideTransaction(change: string): string {
  return `changes go inside a transaction: await db.transaction(async tx => { await tx.${change} })`
}

/** A function that throws the sentence when it is called, and shows it when it is printed. */
function refusing(sentence: string): () => never {
  const refuse = () => {
    throw new UserError(sentence)
  }
  return Object.assign(refuse, { [inspect.custom]: () => `<${sentence}>` })
}
