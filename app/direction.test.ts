import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { root } from './config.ts'
import { importsOf } from './testing/imports.ts'

/** Files and folders of app/, highest first; a file imports from its own layer and from lower ones. */
const layers = [
  ['testing'],
  ['cli', 'cli.ts', 'server.ts'],
  ['app.ts'],
  ['registry'],
  // Every other folder is a noun.
  ['*'],
  ['http', 'page-cache', 'people', 'api', 'jobs', 'limits', 'mail', 'noun.ts', 'search-index'],
  ['database', 'storage'],
  ['config', 'config.ts', 'locales', 'security', 'text'],
]

/** Inside a noun, queries, jobs and rules do not depend on pages, forms and the API. */
const inner = /(^|[/-])(queries|jobs|mails|rules)\.ts$|^text\//
const outer = /(^|[/-])(routes|forms|api|serializer)\.ts$|^(http|api)\//

const files = globSync('**/*.ts', { cwd: path.join(root, 'app') }).filter(file => !file.endsWith('.test.ts'))
/** What each file imports, types included. */
const imports = new Map(
  files.map(file => [
    file,
    importsOf(path.join(root, 'app', file), { types: true })
      .map(imported => path.relative(path.join(root, 'app'), imported))
      .filter(imported => files.includes(imported)),
  ]),
)

const allImports = [...imports].flatMap(([from, targets]) => targets.map(to => ({ from, to })))
const arrow = ({ from, to }: { from: string; to: string }) => `${from} → ${to}`

function layerOf(file: string): number {
  const [top = ''] = file.split('/')
  const known = layers.findIndex(names => names.includes(top))
  return known < 0 ? layers.findIndex(([name]) => name === '*') : known
}

/** Files reachable from `start` through imports; itself only in a circle. */
function reachableFrom(start: string): Set<string> {
  const reached = new Set<string>()
  const visit = (file: string) => {
    for (const next of imports.get(file) ?? []) {
      if (reached.has(next)) continue
      reached.add(next)
      visit(next)
    }
  }
  visit(start)
  return reached
}

describe('imports', () => {
  it('run from a layer to its own and to lower ones', () => {
    const upwards = allImports.filter(({ from, to }) => layerOf(to) < layerOf(from)).map(arrow)
    assert.deepEqual(upwards, [])
    assert.ok(allImports.length > 1_000, 'the imports are found')
  })

  it('of queries, jobs, mails, rules and texts include no routes, forms, API or serializers', () => {
    const wrong = allImports.filter(({ from, to }) => inner.test(from) && outer.test(to))
    assert.deepEqual(wrong.map(arrow), [])
  })

  it('have no circles', () => {
    const circles = files.filter(file => reachableFrom(file).has(file))
    assert.deepEqual(circles, [])
  })
})
