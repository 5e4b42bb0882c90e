import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { root } from './config.ts'
import { routesTable, writtenRoutesTable } from './testing/routes-table.ts'

const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const isThere = (...parts: string[]) => existsSync(path.join(root, ...parts))
const { scripts, dependencies } = JSON.parse(read('package.json')) as Record<
  'scripts' | 'dependencies',
  Record<string, string>
>

/** The maximum number of words that people wrote in each document. Generated URLs and diagrams do not count: a new route or table is free. */
const documents = {
  'README.md': 1_100,
  'app/README.md': 1_200,
  'app/DEPLOYING.md': 700,
  'app/DECISIONS.md': 5_200,
  'app/database/README.md': 1_600,
  'e2e/load/README.md': 2_500,
}

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => String(found))
/** GitHub's anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
const anchorsOf = (file: string) => all(read(file), /^#+ (.+)$/gm).map(anchorOf)

/** A document names a file by its path from the top, from app/ or from its own folder. */
function namesSomething(document: string, name: string): boolean {
  const pattern = name.replace('<noun>', '*').replace('xx.', 'en.')
  const folders = ['', 'app', path.dirname(document)]
  return folders.some(folder => globSync(path.join(folder, pattern), { cwd: root }).length > 0)
}

for (const [document, maxWords] of Object.entries(documents)) {
  describe(document, () => {
    const text = read(document)

    it(`has at most ${maxWords} words`, () => {
      const written = text.replace(/<!-- routes -->.*<!-- \/routes -->|```mermaid.*?```/gs, '')
      const words = written.split(/\s+/).filter(Boolean).length
      assert.ok(words <= maxWords, `${words} words`)
    })

    it('names only scripts that exist', () => {
      for (const name of all(text, /npm run ([\w:-]+)/g)) assert.ok(scripts[name], name)
    })

    it('links only to files and headings that exist', () => {
      for (const target of all(text, /\]\((?!http)([^)]+)\)/g)) {
        const [file, anchor] = target.split('#')
        const linked = file ? path.join(path.dirname(document), file) : document
        assert.ok(isThere(linked), target)
        if (anchor) assert.ok(anchorsOf(linked).includes(anchor), target)
      }
    })

    it('names only files that exist', () => {
      const names = all(text, /`((?:[\w.<>@*-]+\/)+(?:[\w.*-]+\.(?:ts|mjs|eta|css|json|md))?)`/g)
      for (const name of names) assert.ok(namesSomething(document, name), name)
    })
  })
}

describe('README.md', () => {
  it('documents every script', () => {
    const text = read('README.md')
    const isExplained = (name: string) => text.includes(`npm run ${name}`) || text.includes(`npm ${name}`)
    assert.deepEqual(
      Object.keys(scripts).filter(name => !isExplained(name)),
      [],
    )
  })
})

describe('app/README.md', () => {
  const text = read('app/README.md')
  const section = (heading: string) => text.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''

  it('explains each runtime dependency and no other', () => {
    const listed = all(section('Dependencies'), /^\| (.+?) \|/gm).flatMap(names => names.split(', '))
    const named = listed.filter(name => !['Package', '---'].includes(name))
    assert.deepEqual(named.toSorted(), Object.keys(dependencies).toSorted())
  })

  it('lists every URL: npm run routes', async () => {
    assert.equal(writtenRoutesTable(), await routesTable())
  })

  /** The map's lines, indented by folder: names, three or more spaces, and their description. */
  const map = section('Map')
    .split('\n')
    .filter(line => /^ {4}\S|^ {6,8}\S/.test(line))
  const folders: string[] = []
  const mapped = map.flatMap(line => {
    const depth = (line.search(/\S/) - 4) / 2
    const [names = '', words = ''] = line.trim().split(/ {3,}/)
    const paths = names.split(/ +/).map(name => path.join(...folders.slice(0, depth), name))
    const [first = ''] = paths
    folders[depth] = path.basename(first)
    const within = first.endsWith('/') ? first : path.dirname(first)
    return [
      ...paths,
      ...all(words, /(?<!\S)([\w-]+(?:\/|\.(?:ts|json)))(?!\w)/g).map(name => path.join(within, name)),
    ]
  })

  it('maps files and folders that exist', () => {
    assert.ok(mapped.length > 50, mapped.join())
    assert.deepEqual(
      mapped.filter(file => !isThere(file)),
      [],
    )
  })

  it('maps every folder of app/ and of app/database/', () => {
    for (const folder of ['app', 'app/database']) {
      const inside = readdirSync(path.join(root, folder), { withFileTypes: true })
      const names = inside
        .filter(entry => entry.isDirectory())
        .map(({ name }) => path.join(folder, name, '/'))
      assert.deepEqual(
        names.filter(name => !mapped.includes(name)),
        [],
      )
    }
  })

  it('says where to make each of ten changes', () => {
    const rows = all(section('Ten changes'), /^\| (?!Change|---)(.+?) \|/gm)
    assert.equal(rows.length, 10, rows.join())
  })

  it('names functions and tables that exist in the files', () => {
    const places = [...text.matchAll(/((?:`[\w]+`(?:,| and)? )+)(?:in|of) `([\w/.-]+\.ts)`/g)]
    assert.ok(places.length >= 3)
    for (const [, names = '', file = ''] of places)
      for (const name of all(names, /`(\w+)`/g))
        assert.match(read(`app/${file}`), new RegExp(`\\b${name}\\b`), file)
  })
})
