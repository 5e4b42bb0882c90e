/** The one list of what a post holds: pages, the API, exports and imports derive their fields from it. */
import type { Field, Place } from '../database/fields.ts'
import { posts } from '../database/schema.ts'

const everywhere = ['public', 'personalExport', 'siteExport'] as const satisfies Place[]

export const postFields = {
  id: { column: posts.id, shown: everywhere },
  /** The site's export names the author, and posts are selected with theirs. */
  userId: { column: posts.userId, shown: ['siteExport'] },
  body: { column: posts.body, shown: everywhere },
  /** An import finds them in the body again. */
  entities: { column: posts.entities, shown: ['public', 'personalExport'] },
  language: { column: posts.language, shown: everywhere },
  createdAt: { column: posts.createdAt, shown: everywhere },
  editedAt: { column: posts.editedAt, shown: everywhere },
  submission: { column: posts.submission, internal: 'the digest of the form that sent it' },
} as const satisfies Record<keyof typeof posts.$inferSelect, Field>
