/** What the addresses of the API hold: the schemas of the pages, with examples and words for the reference. */
import { type Static, Type } from 'typebox'
import { CursorQuery } from '../database/cursor.ts'
import { TagParams as PageTagParams } from '../http/params.ts'
import { PostParams as PagePostParams } from '../posts/forms.ts'
import { ProfileParams } from '../profiles/forms.ts'
import { fieldOf } from './types.ts'

const { before, after } = CursorQuery.properties
const errorKey = 'errors.bad_cursor'

export const UserParams = Type.Object({
  username: fieldOf(ProfileParams.properties.username, { examples: ['susan'] }),
})
export type UserParams = Static<typeof UserParams>

export const PostParams = Type.Object({ id: fieldOf(PagePostParams.properties.id, { examples: [42] }) })
export type PostParams = Static<typeof PostParams>

export const TagParams = Type.Object({ tag: fieldOf(PageTagParams.properties.tag, { examples: ['tea'] }) })
export type TagParams = Static<typeof TagParams>

/** Where in a list a page begins: the links of the page beside it say so. */
export const ListQuery = Type.Object({
  before: Type.Optional(fieldOf(before, { errorKey, description: 'reference.before' })),
  after: Type.Optional(fieldOf(after, { errorKey, description: 'reference.after' })),
})
export type ListQuery = Static<typeof ListQuery>
