/** Who a username leads to: today's, or one that they had before. */
import type { Reader } from '../database/database.ts'
import { formerUsernames, users } from '../database/schema.ts'
import { and, eq, inArray, type SQL, sql } from '../database/sql.ts'
import { isOpen } from './visibility.ts'

/** The id of the person who has this folded username, or had it before; null when there is none. */
export function idOfUsername(key: string | ReturnType<typeof sql.placeholder>): SQL {
  const { usernameKey, userId } = formerUsernames
  return sql`coalesce(
    (select ${users.id} from ${users} where ${users.usernameKey} = ${key}),
    (select ${userId} from ${formerUsernames} where ${usernameKey} = ${key}))`
}

/** Everybody with an open account whose folded username is one of these, or was: `key` says which. */
export async function findByUsernames(db: Reader, keys: string[]) {
  const { id, username, usernameKey } = users
  return db
    .select({ id, username, key: usernameKey })
    .from(users)
    .where(and(inArray(usernameKey, keys), isOpen))
    .unionAll(
      db
        .select({ id, username, key: formerUsernames.usernameKey })
        .from(formerUsernames)
        .innerJoin(users, eq(id, formerUsernames.userId))
        .where(and(inArray(formerUsernames.usernameKey, keys), isOpen)),
    )
}
