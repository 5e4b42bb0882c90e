import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getTableName, isTable } from 'drizzle-orm'
import * as schema from '../../database/schema.ts'
import { tableNames } from './tables.ts'

/** Of the processes that run, not of the site. */
const notMoved = ['locks']

describe('what is moved and backed up', () => {
  it('is every table of the schema, so that none is left behind in silence', () => {
    const all = Object.values(schema)
      .filter(value => isTable(value))
      .map(table => getTableName(table as never))
    assert.deepEqual([...tableNames, ...notMoved].toSorted(), all.toSorted())
  })
})
