/** Who the other side of a conversation is to the viewer, and what is in the way of writing to them. */

import { prepared, type Reader } from '../database/database.ts'
import { follows, messages, participants, users } from '../database/schema.ts'
import { and, eq, type SQL, sql } from '../database/sql.ts'
import { idOfUsername } from '../people/username-queries.ts'
import { isUnblocked, viewerId } from '../people/visibility.ts'
import { foldName } from '../text/fold.ts'

const person = sql.placeholder('person')

/** The two people of a conversation, as a query asks for them: the viewer's id, and the other's username. */
export type Pair = { viewer: number; username: string }

/** Why somebody cannot be written to. */
export type Obstacle = 'oneself' | 'apart' | 'closed' | 'only_following'

/** A person as the viewer's correspondent, whether or not there is a message yet. */
export type Correspondent = {
  id: number
  username: string
  displayName: string
  /** Null before the first message. */
  conversationId: number | null
  /** What the viewer has not seen. */
  unread: number
  obstacle: Obstacle | null
}

/** Who only wants to hear from people they follow hears from those, too, whom they have written to. */
const isWelcome: SQL = sql`(case
  when ${users.messagesFrom} = 'everyone' then 1
  when exists (select 1 from ${follows} theirs
    where theirs.follower_id = ${users.id} and theirs.followed_id = ${viewerId}) then 1
  when exists (select 1 from ${messages} written
    where written.conversation_id = ${participants.conversationId} and written.sender_id = ${users.id}) then 1
  else 0 end)`

const correspondentOf = prepared<{ viewer: number; person: string }, Found[]>('correspondent', db =>
  db
    .select({
      id: users.id,
      username: users.username,
      displayName: users.displayName,
      closedAt: users.closedAt,
      conversationId: participants.conversationId,
      unread: participants.unread,
      together: isUnblocked(users.id),
      welcome: isWelcome,
    })
    .from(users)
    .leftJoin(participants, and(eq(participants.userId, viewerId), eq(participants.otherId, users.id)))
    .where(eq(users.id, idOfUsername(person))),
)

type Found = Omit<Correspondent, 'unread' | 'obstacle'> & {
  unread: number | null
  closedAt: Date | null
  /** SQLite answers conditions with 0 or 1. */
  together: unknown
  welcome: unknown
}

/** Whoever has this username, or had it before, as the viewer's correspondent: one statement. */
export async function findCorrespondent(
  db: Reader,
  { viewer, username }: Pair,
): Promise<Correspondent | undefined> {
  const [found] = await correspondentOf(db, { viewer, person: foldName(username) })
  if (!found) return undefined
  const { id, displayName, conversationId } = found
  const obstacle = obstacleBetween(viewer, found)
  return { id, username: found.username, displayName, conversationId, unread: found.unread ?? 0, obstacle }
}

function obstacleBetween(viewer: number, { id, closedAt, together, welcome }: Found): Obstacle | null {
  if (id === viewer) return 'oneself'
  if (closedAt) return 'closed'
  if (!together) return 'apart'
  return Number(welcome) === 1 ? null : 'only_following'
}
