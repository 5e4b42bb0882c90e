import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { root } from '../config.ts'
import type { Noun } from '../noun.ts'
import { limits, retention } from './contributions.ts'
import { nouns } from './nouns.ts'

const app = path.join(root, 'app')
/** The names of the constants of a type that the files of app/ export. */
const exported = (type: string) =>
  globSync('*/*.ts', { cwd: app, exclude: file => file.endsWith('.test.ts') }).flatMap(file =>
    [...readFileSync(path.join(app, file), 'utf8').matchAll(/^export const (\w+): (\w+)/gm)]
      .filter(([, , found]) => found === type)
      .map(([, name]) => name),
  )
const repeated = (names: string[]) => names.filter((name, index) => names.indexOf(name) !== index)
const defined = (part: 'jobs' | 'mails') => nouns.flatMap((noun: Noun) => Object.keys(noun[part] ?? {}))

describe('the registry', () => {
  it('has every folder with an index.ts', async () => {
    const indexes = globSync('*/index.ts', { cwd: app })
    const modules = await Promise.all(
      indexes.map(file => import(path.join(app, file)) as Promise<{ default: (typeof nouns)[number] }>),
    )
    assert.deepEqual(
      indexes.filter((_, index) => !nouns.includes(modules[index]?.default as (typeof nouns)[number])),
      [],
    )
  })

  it('has a folder for all routes', () => {
    const folders = globSync(['*/routes.ts', '*/api.ts'], { cwd: app, exclude: ['testing'] }).map(file =>
      path.dirname(file),
    )
    const registered = new Set(globSync('*/index.ts', { cwd: app }).map(file => path.dirname(file)))
    assert.deepEqual(
      folders.filter(folder => !registered.has(folder)),
      [],
    )
  })

  it('has every rate limit, and no two of a name', () => {
    assert.equal(limits.length, exported('RateLimit').length)
    assert.deepEqual(repeated(limits.map(({ name }) => name)), [])
  })

  it('has every retention rule once', () => {
    assert.equal(new Set(retention).size, exported('RetentionRule').length)
    assert.equal(retention.length, new Set(retention).size)
  })

  it('has each job and each mail once', () => {
    assert.deepEqual(repeated(defined('jobs')), [])
    assert.deepEqual(repeated(defined('mails')), [])
  })
})
