import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
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

  it('maps files and folders that exist', () => {
    const map = text.slice(text.indexOf('## Map'), text.indexOf('A feature folder holds'))
    for (const [, file] of map.matchAll(/(?:^| {2})([\w-]+\.ts)\b/gm)) {
      assert.ok(
        ['', 'database', 'plugins', 'locales'].some(folder =>
          existsSync(path.join(root, 'app', folder, String(file))),
        ),
        String(file),
      )
    }
  })
})
