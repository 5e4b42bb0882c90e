/** A person as they stand in a list: what is shown of everybody, once for every query that finds people. */
import { columnsIn, pick } from '../database/fields.ts'
import type { users } from '../database/schema.ts'
import { userFields } from './profile-fields.ts'

/** To be selected from `users`, besides whether the viewer follows them. */
export const personColumns = columnsIn(userFields, 'public')
export type Shown = Pick<typeof users.$inferSelect, keyof typeof personColumns>

export type Person = Shown & {
  /** Null for a visitor, and for the viewer's own row. */
  viewerFollows: boolean | null
}
export type PersonRow = Shown & { followed: unknown; createdAt: Date }

/** SQLite answers `exists` with 0 or 1. */
export function personOf(row: PersonRow, viewer: number | null): Person {
  const viewerFollows = viewer === null || viewer === row.id ? null : Boolean(row.followed)
  return { ...pick(row, personColumns), viewerFollows }
}
