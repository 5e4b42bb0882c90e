/** The other person of a conversation, and whether the viewer may write to them. */

import { prepared, type Reader } from '../database/database.ts'
import { follows, messages, participants, users } from '../database/schema.ts'
import { and, eq, type SQL, sql } from '../database/sql.ts'
import type { LocaleKey } from '../locales/translate.ts'
import { seenAvatar } from '../people/person.ts'
import { idOfUsername } from '../people/username-queries.ts'
import { isUnblocked, viewerId } from '../people/visibility.ts'
import { foldName } from '../text/normalize.ts'

const person = sql.placeholder('person')

/** The two people of a conversation: the viewer's id and the other's username. */
export type Pair = { viewer: number; username: string }

/** Why the viewer cannot write to a person. */
export type Obstacle = 'oneself' | 'apart' | 'closed' | 'only_following'

/** The sentences of obstacles, which take the person's `name`. */
export const obstacleWords: Record<Obstacle, LocaleKey> = {
  oneself: 'messages.oneself',
  apart: 'messages.apart',
  closed: 'messages.closed',
  only_following: 'messages.only_following',
}

/** A person as the viewer's correspondent, whether or not there is a message yet. */
export type Correspondent = {
  id: number
  username: string
  displayName: string
  avatar: string | null
  /** Null before the first message. */
  conversationId: number | null
  /** Messages that the viewer has not seen. */
  unread: number
  obstacle: Obstacle | null
}

/** With `following`, people whom the person has written to may write, too. */
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
      avatar: seenAvatar,
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
  /** SQLite returns 0 or 1 for conditions. */
  together: unknown
  welcome: unknown
}

/** The person with this current or former username as the viewer's correspondent, in one statement. */
export async function findCorrespondent(
  db: Reader,
  { viewer, username }: Pair,
): Promise<Correspondent | undefined> {
  const [found] = await correspondentOf(db, { viewer, person: foldName(username) })
  if (!found) return undefined
  const { id, displayName, avatar, conversationId } = found
  const obstacle = obstacleBetween(viewer, found)
  const names = { id, username: found.username, displayName, avatar }
  return { ...names, conversationId, unread: found.unread ?? 0, obstacle }
}

function obstacleBetween(viewer: number, { id, closedAt, together, welcome }: Found): Obstacle | null {
  if (id === viewer) return 'oneself'
  if (closedAt) return 'closed'
  if (!together) return 'apart'
  return Number(welcome) === 1 ? null : 'only_following'
}
