import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getTableName, isTable } from 'drizzle-orm'
import { tableConfig } from '../../database/columns.ts'
import * as schema from '../../database/schema.ts'
import { isKind, kinds } from './site-format.ts'
import { type TableName, tableNames } from './tables.ts'

/** Of the processes that run, not of the site. */
const notMoved = ['locks']

const inPrivate = 'the words of two people, who take them along by db:backup or db:copy'
const derived = 'found again in the words of posts'
const signingIn = 'lets people into this site alone'
const passing = 'of this site and of these days'
/** The rows of a site's export that a table's rows become, or why it has none there. */
const inSiteExport: Record<TableName, string> = {
  users: 'users',
  posts: 'posts',
  images: 'images',
  thread_gaps: 'gaps',
  post_versions: 'versions',
  blocks: 'blocks',
  follows: 'follows',
  likes: 'likes',
  reposts: 'reposts',
  bookmarks: 'bookmarks',
  thread_mutes: 'mutes',
  mentions: derived,
  hashtags: derived,
  translations: 'made again by the translation service',
  conversations: inPrivate,
  participants: inPrivate,
  messages: inPrivate,
  notifications: 'tell of what people have seen happen here',
  sessions: signingIn,
  api_tokens: signingIn,
  password_resets: signingIn,
  account_recoveries: signingIn,
  sign_in_links: signingIn,
  email_confirmations: signingIn,
  known_devices: signingIn,
  former_usernames: 'lead from old addresses of this site to new ones',
  retired_usernames: 'rest because they were used at this site',
  interrupted_forms: passing,
  rate_limits: passing,
  jobs: passing,
  idempotency_keys: passing,
  exports: 'are made again where the site is then',
  export_parts: 'are made again where the site is then',
}

describe('what is moved and backed up', () => {
  it('is every table of the schema, so that none is left behind in silence', () => {
    const all = Object.values(schema)
      .filter(value => isTable(value))
      .map(table => getTableName(table as never))
    assert.deepEqual([...tableNames, ...notMoved].toSorted(), all.toSorted())
  })

  it('is in a site’s export, too, or left out of it for a reason', () => {
    assert.deepEqual(Object.keys(inSiteExport).toSorted(), tableNames.toSorted())
    const reasons = Object.values(inSiteExport).filter(reason => !isKind(reason))
    assert.ok(reasons.every(({ length }) => length > 20))
    assert.deepEqual(Object.values(inSiteExport).filter(isKind), [...kinds])
  })

  it('comes in an order in which each row finds the rows that it refers to', () => {
    const before = new Set<string>()
    const tables = Object.values(schema.tables).map(table => tableConfig(table as never))
    for (const name of tableNames) {
      const { foreignKeys } = tables.find(table => table.name === name) as (typeof tables)[number]
      before.add(name)
      for (const key of foreignKeys)
        assert.ok(before.has(getTableName(key.reference().foreignTable)), `${name}: ${key.getName()}`)
    }
  })
})
