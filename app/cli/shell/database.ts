/** The database as the shell gives it: it says what it is, and where changes belong. */
import { inspect } from 'node:util'
import { UserError } from '../../config/user-error.ts'
import { type DatabaseConfig, publicDatabaseUrl } from '../../config.ts'
import type { Database, Writer } from '../../database/database.ts'
import type { Watch } from './statements.ts'

/** What the shell calls `db`: whoever types cannot close it, and it echoes without its password. */
export function shellDatabase(db: Database, config: DatabaseConfig, watch: Watch): Database {
  const words = `<Database ${config.engine} ${publicDatabaseUrl(config)}>`
  const names = {
    ...db,
    ...changesOutside,
    transaction: watchedTransaction(db, watch),
    close: refusing('the shell itself closes the database: .exit'),
    [inspect.custom]: () => words,
  }
  return names
}

/** The statements that a transaction begins and ends with are not Drizzle's, so they are told here. */
function watchedTransaction(db: Database, watch: Watch): Database['transaction'] {
  return async <T>(work: (tx: Writer) => Promise<T>): Promise<T> => {
    const begun = watch('begin')
    const committed = watch('commit (the time since begin)')
    const rolledBack = watch('rollback (the time since begin)')
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
const changesOutside = {
  about: refusing(insideTransaction("about('posts').insert(posts).values(…)")),
  insert: refusing(insideTransaction('insert(users).values(…)')),
  update: refusing(insideTransaction('update(users).set(…).where(…)')),
  delete: refusing(insideTransaction('delete(users).where(…)')),
}

function insideTransaction(change: string): string {
  return `changes go inside a transaction: await db.transaction(async tx => { await tx.${change} })`
}

/** Says its sentence when it is called, and when it is only looked at. */
function refusing(sentence: string): () => never {
  const refuse = () => {
    throw new UserError(sentence)
  }
  return Object.assign(refuse, { [inspect.custom]: () => `<${sentence}>` })
}
