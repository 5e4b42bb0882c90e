/** The database as the shell gives it: it says what it is, and where changes belong. */
import { inspect } from 'node:util'
import { type DatabaseConfig, publicDatabaseUrl } from '../config.ts'
import type { Database, Writer } from '../database/database.ts'
import type { Watch } from './statements.ts'

/** A change outside a transaction. */
export class ChangeRefused extends Error {
  override readonly name = 'ChangeRefused'
}

/** What the shell calls `db`: it cannot be closed by whoever types, and echoes without its password. */
export function shellDatabase(
  { close: _, transaction, ...reading }: Database,
  config: DatabaseConfig,
  watch: Watch,
): Omit<Database, 'close'> {
  const changes = { insert: refusal('insert'), update: refusal('update'), delete: refusal('delete') }
  const words = `<Database ${config.engine} ${publicDatabaseUrl(config)}>`
  return {
    ...reading,
    ...changes,
    transaction: work => watched(watch, () => transaction(work)),
    [inspect.custom]: () => words,
  } as Omit<Database, 'close'>
}

/** The statements that a transaction begins and ends with are not Drizzle's, so they are told here. */
async function watched<T>(watch: Watch, transaction: () => Promise<T>): Promise<T> {
  watch('begin')?.()
  const committed = watch('commit (the time is that of the whole transaction)')
  const rolledBack = watch('rollback (the time is that of the whole transaction)')
  try {
    const result = await transaction()
    committed?.()
    return result
  } catch (error) {
    rolledBack?.()
    throw error
  }
}

/** Stands where a Writer has `verb`, and says so both when it is called and when it is only looked at. */
function refusal(verb: Exclude<keyof Writer, keyof Database>): () => never {
  const example = {
    insert: 'tx.insert(users).values(…)',
    update: 'tx.update(users).set(…)',
    delete: 'tx.delete(users)',
  }
  const sentence = `changes go inside a transaction: await db.transaction(async tx => { await ${example[verb]} })`
  const refuse = () => {
    throw new ChangeRefused(sentence)
  }
  return Object.assign(refuse, { [inspect.custom]: () => `<${sentence}>` })
}
