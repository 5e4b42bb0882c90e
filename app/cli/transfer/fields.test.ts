import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getColumns } from '../../database/consistent-read.ts'
import { columnsIn } from '../../database/fields.ts'
import {
  blocks,
  bookmarks,
  follows,
  images,
  likes,
  posts,
  postVersions,
  reposts,
  threadGaps,
  threadMutes,
  users,
} from '../../database/schema.ts'
import { userFields } from '../../people/profile-fields.ts'
import { postFields, shownColumns } from '../../posts/post.ts'
import { PostResource } from '../../posts/serializer.ts'
import { PersonResource, UserResource } from '../../profiles/serializer.ts'
import { MeResource } from '../../settings/serializer.ts'
import { type Kind, rowSchemas } from './site-format.ts'

describe('the fields of users and posts', () => {
  const tables = [
    ['users', getColumns(users), userFields],
    ['posts', getColumns(posts), postFields],
  ] as const
  for (const [name, columns, fields] of tables) {
    it(`are every column of ${name}, shown somewhere or internal for a reason`, () => {
      const listed = Object.entries(fields).map(([name, { column }]) => [name, column.name])
      const all = Object.entries(columns).map(([name, column]) => [name, column.name])
      assert.deepEqual(listed.toSorted(), all.toSorted())
      for (const [name, field] of Object.entries(fields))
        assert.ok('shown' in field ? field.shown.length > 0 : field.internal.length > 10, name)
    })
  }

  /** The names without those that are no column's. */
  const fieldsOf = ({ properties }: { properties: object }, ...others: string[]) =>
    Object.keys(properties).filter(name => !others.includes(name))
  const names = (columns: object) => Object.keys(columns)

  it('are shown by the API where they are said to be', () => {
    const person = names(columnsIn(userFields, 'public'))
    assert.deepEqual(fieldsOf(PersonResource, 'viewerFollows', 'url'), person)
    const own = ['viewerFollows', 'url', 'viewerHidesReposts', 'viewerBlocks', 'apart', 'counts', 'links']
    assert.deepEqual(fieldsOf(UserResource, ...own), [...person, ...names(columnsIn(userFields, 'profile'))])
    assert.deepEqual(fieldsOf(MeResource, 'url'), names(columnsIn(userFields, 'me')))
    assert.deepEqual(
      fieldsOf(PostResource, 'url', 'canQuote', 'canReply', 'quoted', 'images').toSorted(),
      names(shownColumns).toSorted(),
    )
  })

  it('are imported where they are exported', () => {
    const columnNames = (columns: Record<string, { name: string }>) =>
      Object.values(columns).map(({ name }) => name)
    assert.deepEqual(
      fieldsOf(rowSchemas.users, 'password', 'posts').toSorted(),
      columnNames(columnsIn(userFields, 'siteExport')).toSorted(),
    )
    assert.deepEqual(
      [...fieldsOf(rowSchemas.posts, 'username', 'answers'), 'user_id'].toSorted(),
      columnNames(columnsIn(postFields, 'siteExport')).toSorted(),
    )
  })

  it('are imported of every other table that a site’s export has', () => {
    const all = {
      images,
      gaps: threadGaps,
      versions: postVersions,
      blocks,
      follows,
      likes,
      reposts,
      bookmarks,
      mutes: threadMutes,
    }
    const inFile: Record<string, string> = { user_id: 'username', root_id: 'post_id' }
    for (const side of ['follower', 'followed', 'blocker', 'blocked']) inFile[`${side}_id`] = side
    /** Numbered by the database, found in the words, or computed. */
    const without: Record<string, string[]> = {
      versions: ['id', 'entities'],
      reposts: ['id'],
      gaps: ['root_id'],
      images: ['id', 'key', 'width', 'height', 'animated', 'placeholder', 'files'],
    }
    for (const [kind, table] of Object.entries(all)) {
      const columns = Object.values(getColumns(table)).map(({ name }) => name)
      const expected = columns
        .filter(name => !without[kind]?.includes(name))
        .map(name => (kind === 'gaps' && name === 'post_id' ? 'id' : (inFile[name] ?? name)))
      const bytes = kind === 'images' ? ['data', 'sha256'] : []
      assert.deepEqual(fieldsOf(rowSchemas[kind as Kind], ...bytes).toSorted(), expected.toSorted(), kind)
    }
  })
})
