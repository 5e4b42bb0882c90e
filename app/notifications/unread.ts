/** Counts unread notifications and messages for the badges. */
import type { Reader } from '../database/database.ts'
import { notifications, participants, users } from '../database/schema.ts'
import { eq, inArray, sql } from '../database/sql.ts'
import { countedKinds, groupedKinds } from './kinds.ts'

export type Unread = {
  /** At most 100: the badge then says 99+. */
  unreadNotifications: number
  unreadMessages: number
}

/** The alias keeps the account that caused one apart from the one that is counted for. */
const isShown = sql`(select actor.closed_at from ${users} actor where actor.id = ${notifications.actorId}) is null
  or ${inArray(notifications.kind, groupedKinds)}`
const countedNotifications = sql`(select count(*) from (select 1 from ${notifications}
  where ${notifications.userId} = ${users.id} and ${notifications.readAt} is null and ${inArray(notifications.kind, countedKinds)} and (${isShown})
  limit 100) as unread)`
const countedMessages = sql`(select coalesce(sum(${participants.unread}), 0) from ${participants}
  where ${participants.userId} = ${users.id} and ${participants.unread} > 0)`

/** Columns of a query from users; wrapped, because Drizzle writes the columns of an outermost fragment without tables. */
export const unreadCounts = {
  unreadNotifications: sql`${countedNotifications}`.mapWith(Number),
  unreadMessages: sql`${countedMessages}`.mapWith(Number),
}

/** The counts, for a page that has just changed them. */
export async function unreadOf(db: Reader, userId: number): Promise<Unread> {
  const [counts] = await db.select(unreadCounts).from(users).where(eq(users.id, userId))
  return counts ?? { unreadNotifications: 0, unreadMessages: 0 }
}
