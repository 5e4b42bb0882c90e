import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { root } from './config.ts'

/** Files and folders of app/, highest first; a file imports from its own layer and from lower ones. */
const layers = [
  ['testing'],
  ['cli', 'cli.ts', 'server.ts'],
  ['app.ts'],
  ['registry'],
  // Every other folder is a noun of the product.
  ['*'],
  ['http', 'page-cache', 'people', 'api', 'jobs', 'limits', 'mail', 'search-index'],
  ['database'],
  ['config', 'config.ts', 'locales', 'security', 'text'],
]

/** The imports that may run upwards, `from → to`, and why. */
const exceptions: Record<string, string> = {
  'mail/jobs.ts → registry/mails.ts': 'the job looks up the mail by its name',
  'jobs/cleanup.ts → registry/retention.ts': 'the job applies all rules',
  'jobs/worker.ts → registry/jobs.ts': 'the worker looks up the job by its name',
  'http/views.ts → settings/forms.ts': 'every view lets choose a theme',
  'http/views.ts → translations/languages.ts': 'every view may offer a translation',
  'api/api.ts → registry/api.ts': 'the API registers the routes of all nouns',
  'api/api.ts → registry/api-schemas.ts': 'the same, for the schemas that they share',
  'api/api.ts → tokens/authentication.ts': 'the API knows its viewer by a token',
}
const maxExceptions = 8

/** Inside a noun, what holds SQL, work and rules does not know who asks: pages, forms and the API do. */
const inner = /(^|[/-])(queries|jobs|mails|rules)\.ts$|^text\//
const outer = /(^|[/-])(routes|forms|api|serializer)\.ts$|^(http|api)\//

const files = globSync('**/*.ts', { cwd: path.join(root, 'app') }).filter(file => !file.endsWith('.test.ts'))
/** What each file imports, types included. */
const imports = new Map(files.map(file => [file, importsOf(file)]))

function importsOf(file: string): string[] {
  const code = readFileSync(path.join(root, 'app', file), 'utf8').replaceAll(
    /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm,
    '',
  )
  const specifiers = [...code.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)]
  // The rest are examples in strings.
  return specifiers
    .map(([, specifier = '']) => path.join(path.dirname(file), specifier))
    .filter(imported => files.includes(imported))
}

const allImports = [...imports].flatMap(([from, targets]) => targets.map(to => ({ from, to })))
const arrow = ({ from, to }: { from: string; to: string }) => `${from} → ${to}`

function layerOf(file: string): number {
  const [top = ''] = file.split('/')
  const known = layers.findIndex(names => names.includes(top))
  return known < 0 ? layers.findIndex(([name]) => name === '*') : known
}

/** Files that can be reached from `start` through imports, itself only if there is a way back. */
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
  it('run from a layer to its own and to lower ones, but for a few that are named', () => {
    const upwards = allImports.filter(({ from, to }) => layerOf(to) < layerOf(from)).map(arrow)
    assert.deepEqual(upwards.toSorted(), Object.keys(exceptions).toSorted())
    assert.ok(upwards.length <= maxExceptions)
    assert.ok(allImports.length > 1_000, 'the imports are found')
  })

  it('lead from queries, jobs, mails, rules and texts to no routes, forms, API or serializers', () => {
    const wrong = allImports.filter(({ from, to }) => inner.test(from) && outer.test(to))
    assert.deepEqual(wrong.map(arrow), [])
  })

  it('never come back to where they began', () => {
    const circles = files.filter(file => reachableFrom(file).has(file))
    assert.deepEqual(circles, [])
  })
})
