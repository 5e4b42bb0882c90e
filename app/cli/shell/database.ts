/** `db` in the shell: the database as any code sees it, with hints for a newcomer and a log of statements. */
import { inspect } from 'node:util'
import { UserError } from '../../config/user-error.ts'
import { type DatabaseConfig, publicDatabaseUrl } from '../../config.ts'
import type { Database, Writer } from '../../database/database.ts'

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

/** The database without `close`, which shows its URL without the password, and says where changes belong. */
export function shellDatabase(db: Database, config: DatabaseConfig, { onStatement }: SqlLog): Database {
  const label = `<Database ${config.engine} ${publicDatabaseUrl(config)}>`
  const names = {
    ...db,
    ...writesOutside,
    transaction: loggedTransaction(db, onStatement),
    close: refusing('the shell itself closes the database: .exit'),
    [inspect.custom]: () => label,
  }
  return names
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
