import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getTableName, isTable } from 'drizzle-orm'
import { tableConfig } from '../../database/columns.ts'
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
