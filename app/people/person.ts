/** A person as every list shows them. */
import { columnsIn, pick } from '../database/fields.ts'
import { follows, users } from '../database/schema.ts'
import { type SQL, sql } from '../database/sql.ts'
import { type PersonAction, personPermissions } from './policy.ts'
import { userFields } from './profile-fields.ts'
import type { AnyViewer } from './viewer.ts'
import { viewerId, visiblePeople } from './visibility.ts'

/** A person by name and picture: to be selected from `users`. */
export const authorColumns = {
  id: users.id,
  username: users.username,
  displayName: users.displayName,
  avatar: users.avatar,
}
/** `avatar`: the key of their picture; null: the mark made of their name. */
export type Author = Pick<typeof users.$inferSelect, keyof typeof authorColumns>

/** For a query that leaves nobody out: a picture is shown to those who see the person. */
export const seenAvatar = sql<string | null>`case when ${visiblePeople()} then ${users.avatar} end`

/** To be selected from `users`, besides whether the viewer follows them. */
export const personColumns = columnsIn(userFields, 'public')
export type Shown = Pick<typeof users.$inferSelect, keyof typeof personColumns>

export type Person = Shown & {
  /** Null for a visitor, and for the viewer's own row. */
  viewerFollows: boolean | null
  can: Record<PersonAction, boolean>
}

/** Whether the viewer follows the person of the row. */
export function isFollowedByViewer(person: typeof users.id): SQL<boolean> {
  return sql<boolean>`exists (select 1 from ${follows} mine where mine.follower_id = ${viewerId} and mine.followed_id = ${person})`
}

export type PersonRow = Shown & { followed: unknown; createdAt: Date }

/** SQLite answers `exists` with 0 or 1. */
export function personOf(row: Omit<PersonRow, 'createdAt'>, viewer: AnyViewer): Person {
  const viewerFollows = viewer === null || viewer.id === row.id ? null : Boolean(row.followed)
  return { ...pick(row, personColumns), viewerFollows, can: personPermissions(viewer, row) }
}
