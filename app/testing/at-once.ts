import type { Database, Writer } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import { users } from '../database/schema.ts'

/** Both transactions start and take their snapshot before either writes; on SQLite they run in turn. */
export async function atOnce<A, B>(
  db: Database,
  one: (tx: Writer) => Promise<A>,
  other: (tx: Writer) => Promise<B>,
): Promise<[A, B]> {
  let begun = 0
  const bothHaveBegun = Promise.withResolvers<void>()
  const begin = async (tx: Writer) => {
    await tx.select({ id: users.id }).from(users).limit(1)
    if (++begun === 2 || engine === 'sqlite') bothHaveBegun.resolve()
    await bothHaveBegun.promise
  }
  const first = db.transaction(async tx => {
    await begin(tx)
    return one(tx)
  })
  // The second writes after the first has committed, without seeing it. On SQLite it begins after the first,
  // and may share its commit: it must not wait for it.
  const second = db.transaction(async tx => {
    await begin(tx)
    if (engine === 'postgresql') await first
    return other(tx)
  })
  return Promise.all([first, second])
}
