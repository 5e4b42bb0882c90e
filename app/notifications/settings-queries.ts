/** Whose notifications a person wants, by kind: everyone's, those of people they follow, or none. */
import type { Reader, Writer } from '../database/database.ts'
import { lock } from '../database/lock.ts'
import { type Audience, follows, users } from '../database/schema.ts'
import { and, eq, inArray, isNotNull } from '../database/sql.ts'
import { type ChoosableKind, choosableKinds, type NotificationKind } from './kinds.ts'

export type NotificationSettings = Record<ChoosableKind, Audience>

export async function findNotificationSettings(db: Reader, userId: number): Promise<NotificationSettings> {
  const stored = await storedOf(db, userId)
  const entries = choosableKinds.map(kind => [kind, stored[kind] ?? 'everyone'])
  return Object.fromEntries(entries) as NotificationSettings
}

async function storedOf(db: Reader, userId: number): Promise<Record<string, Audience>> {
  const { notificationsFrom } = users
  const [found] = await db.select({ notificationsFrom }).from(users).where(eq(users.id, userId))
  return found?.notificationsFrom ?? {}
}

/** Changes some of them; the others stay, those of kinds that only a newer version knows as well. */
export async function saveNotificationSettings(
  tx: Writer,
  userId: number,
  changed: Partial<NotificationSettings>,
): Promise<void> {
  await lock(tx, `notification-settings:${userId}`)
  tx.invalidates(`viewer:${userId}`, `person:${userId}`)
  const notificationsFrom = { ...(await storedOf(tx, userId)), ...changed }
  await tx.update(users).set({ notificationsFrom }).where(eq(users.id, userId))
}

type News = { kind: NotificationKind; actorId: number }

/** Those of the people who want notifications of this kind from this person; most have never chosen. */
export async function wantedAmong(db: Reader, people: number[], { kind, actorId }: News): Promise<number[]> {
  if (people.length === 0) return []
  const { id, notificationsFrom } = users
  const chosen = await db
    .select({ id, notificationsFrom })
    .from(users)
    .where(and(inArray(id, people), isNotNull(notificationsFrom)))
  const audienceOf = new Map(chosen.map(row => [row.id, row.notificationsFrom?.[kind]]))
  const asking = people.filter(person => audienceOf.get(person) === 'following')
  const following = asking.length > 0 ? await followersAmong(db, asking, actorId) : []
  return people.filter(person => {
    const audience = audienceOf.get(person) ?? 'everyone'
    return audience === 'everyone' || (audience === 'following' && following.includes(person))
  })
}

/** Those of the people who follow this person. */
async function followersAmong(db: Reader, people: number[], person: number): Promise<number[]> {
  const { followerId, followedId } = follows
  const rows = await db
    .select({ id: followerId })
    .from(follows)
    .where(and(eq(followedId, person), inArray(followerId, people)))
  return rows.map(({ id }) => id)
}
