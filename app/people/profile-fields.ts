/** The one list of what an account holds: forms, the API, exports and imports derive their fields from it. */
import type { Field, Place } from '../database/fields.ts'
import { lengths, users } from '../database/schema.ts'
import type { AnyColumn } from '../database/sql.ts'
import type { LocaleKey } from '../locales/translate.ts'

/** How the settings ask for a text. */
type Input = {
  label: LocaleKey
  hint: LocaleKey
  tooLong: LocaleKey
  autocomplete?: string
  /** Lines that the control shows, where there is more than one. */
  rows?: number
}
/** What the API's reference says of it. */
type Reference = { description: string; examples?: string[] }
type Length = readonly [min: number, max: number]

const everywhere = ['public', 'me', 'personalExport', 'siteExport'] as const satisfies Place[]

/** A text that people write about themselves: it is shown everywhere. */
function written<Column extends AnyColumn>(
  column: Column,
  field: { length: Length; input: Input; reference: Reference },
) {
  return { column, shown: everywhere, ...field }
}

export const userFields = {
  id: { column: users.id, shown: ['public', 'me', 'siteExport'] },
  username: { column: users.username, shown: everywhere },
  usernameKey: { column: users.usernameKey, internal: 'the username, folded' },
  displayName: written(users.displayName, {
    length: lengths.displayName,
    input: {
      label: 'settings.display_name',
      hint: 'settings.display_name_hint',
      tooLong: 'accounts.display_name_too_long',
      autocomplete: 'name',
    },
    reference: { description: 'As people see it. If empty, the username is used.', examples: ['Susan'] },
  }),
  about: written(users.about, {
    length: lengths.about,
    input: {
      label: 'settings.about',
      hint: 'settings.about_hint',
      tooLong: 'accounts.about_too_long',
      rows: 3,
    },
    reference: { description: 'A line or two, at most 140 characters.' },
  }),
  email: { column: users.email, shown: ['me', 'personalExport', 'siteExport'] },
  emailKey: { column: users.emailKey, internal: 'the e-mail address, folded' },
  emailConfirmedAt: { column: users.emailConfirmedAt, shown: ['personalExport'] },
  language: { column: users.language, shown: ['me', 'personalExport', 'siteExport'] },
  timeZone: { column: users.timeZone, shown: ['me', 'personalExport', 'siteExport'] },
  theme: { column: users.theme, shown: ['personalExport', 'siteExport'] },
  messagesFrom: { column: users.messagesFrom, shown: ['personalExport', 'siteExport'] },
  quotesFrom: { column: users.quotesFrom, shown: ['personalExport', 'siteExport'] },
  notificationsFrom: { column: users.notificationsFrom, shown: ['personalExport', 'siteExport'] },
  homeReplies: { column: users.homeReplies, shown: ['me', 'personalExport', 'siteExport'] },
  homeReposts: { column: users.homeReposts, shown: ['me', 'personalExport', 'siteExport'] },
  keyboardShortcuts: { column: users.keyboardShortcuts, shown: ['personalExport', 'siteExport'] },
  altReminder: { column: users.altReminder, shown: ['personalExport', 'siteExport'] },
  /** The keys of images; both are in a person's archive as files. */
  avatar: { column: users.avatar, shown: ['public', 'me'] },
  banner: { column: users.banner, shown: ['profile', 'me'] },
  /** Only when the export is asked for passwords. */
  passwordHash: { column: users.passwordHash, shown: ['siteExport'] },
  closedAt: { column: users.closedAt, internal: 'an account that is closed is shown nowhere' },
  createdAt: { column: users.createdAt, shown: ['profile', 'me', 'personalExport', 'siteExport'] },
  /** In the profile only where its owner shows it. */
  lastSeenAt: { column: users.lastSeenAt, shown: ['profile', 'personalExport', 'siteExport'] },
  lastSeenShown: { column: users.lastSeenShown, shown: ['personalExport', 'siteExport'] },
} as const satisfies Record<keyof typeof users.$inferSelect, Field>

type Written = {
  [Name in keyof typeof userFields]: (typeof userFields)[Name] extends { input: Input } ? Name : never
}[keyof typeof userFields]
export type WrittenField = (typeof userFields)[Written] & { name: Written }

/** The texts that people write about themselves. */
export const writtenFields = Object.entries(userFields).flatMap(([name, field]) =>
  'input' in field ? [{ name: name as Written, ...field }] : [],
) satisfies WrittenField[]

/** Something made of each text that people write about themselves, such as its schema, under the field's name. */
export function ofWrittenFields<T>(make: (field: WrittenField) => T): Record<Written, T> {
  return Object.fromEntries(writtenFields.map(field => [field.name, make(field)])) as never
}
