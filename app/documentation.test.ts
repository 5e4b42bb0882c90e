import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { root } from './config.ts'

const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const { scripts, dependencies } = JSON.parse(read('package.json')) as Record<
  'scripts' | 'dependencies',
  Record<string, string>
>

for (const file of ['README.md', 'app/README.md', 'app/database/README.md']) {
  describe(file, () => {
    const text = read(file)

    it('names only scripts that exist', () => {
      for (const [, name] of text.matchAll(/npm run ([\w:-]+)/g))
        assert.ok(scripts[String(name)], String(name))
    })

    it('links only to files that exist', () => {
      for (const [, target] of text.matchAll(/\]\((?!http)([^)#]+)\)/g)) {
        assert.ok(existsSync(path.join(root, path.dirname(file), String(target))), String(target))
      }
    })
  })
}

describe('app/README.md', () => {
  const text = read('app/README.md')

  it('says why each runtime dependency is there', () => {
    const table = text.slice(text.indexOf('## Dependencies'))
    for (const name of Object.keys(dependencies)) assert.ok(table.includes(name), name)
  })

  const map = text.slice(text.indexOf('## Map'), text.indexOf('A feature folder holds'))
  const tree = globSync('{app,views,drizzle,public,e2e}/**', { cwd: root })

  it('maps files and folders that exist', () => {
    const named = [...map.matchAll(/(?<=^| |\/)(?:[\w-]+\/|[\w-]+\.(?:ts|sql|json|md))(?=[\s,;:.)]|$)/gm)]
    assert.ok(named.length > 60, `${named.length} names`)
    for (const [name] of named) {
      const last = name.replace(/\/$/, '')
      assert.ok(
        tree.some(file => path.basename(file) === last),
        name,
      )
    }
  })

  it('names plugins that the application registers', () => {
    const names = /what every request passes: ([^.]+?)\n +locales/.exec(map)?.[1]?.split(/,\s+/) ?? []
    const places = names.map(name => read('app/app.ts').indexOf(`from './plugins/${name}.ts'`))
    assert.ok(names.length > 10 && places.every(place => place > 0), names.join())
  })

  it('maps every folder of app/', () => {
    const folders = readdirSync(path.join(root, 'app'), { withFileTypes: true }).filter(one =>
      one.isDirectory(),
    )
    for (const { name } of folders) assert.match(map, new RegExp(`(^| )${name}/`, 'm'), name)
  })

  it('sends whoever changes something to files that exist', () => {
    const table = text.slice(text.indexOf('| Change | Where |'), text.indexOf('## Rules'))
    const files = [...table.matchAll(/`([\w/.-]+\.(?:ts|eta|css|json|md))`/g)].map(([, file]) => String(file))
    assert.ok(files.length > 30, `${files.length} files`)
    for (const file of files.filter(file => !file.includes('xx.'))) {
      const places = file.includes('/') ? [file, `app/${file}`] : tree.filter(one => one.endsWith(`/${file}`))
      const isThere = [...places, file].some(place => existsSync(path.join(root, place)))
      assert.ok(isThere, file)
    }
  })
})
