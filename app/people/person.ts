/** A person as they stand in a list: what is shown of everybody, once for every query that finds people. */
import { users } from '../database/schema.ts'

/** To be selected from `users`, besides whether the viewer follows them. */
export const personColumns = {
  id: users.id,
  username: users.username,
  displayName: users.displayName,
  about: users.about,
}
export type Shown = Pick<typeof users.$inferSelect, keyof typeof personColumns>

export type Person = Shown & {
  /** Null for a visitor, and for the viewer's own row. */
  viewerFollows: boolean | null
}
export type PersonRow = Shown & { followed: unknown; createdAt: Date }

/** SQLite answers `exists` with 0 or 1. */
export function personOf(
  { id, username, displayName, about, followed }: PersonRow,
  viewer: number | null,
): Person {
  const viewerFollows = viewer === null || viewer === id ? null : Boolean(followed)
  return { id, username, displayName, about, viewerFollows }
}
