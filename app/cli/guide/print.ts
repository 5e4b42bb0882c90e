/** Prints the tables and recipes into app/database/README.md: run `node app/cli/guide/print.ts` after a change. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../../config.ts'
import { erDiagram } from '../../database/diagram.ts'

const guide = path.join(root, 'app/database/README.md')

/** The recipes that the guide prints, in its order. */
const printedRecipes = [
  'userByUsername',
  'usersJoinedToPosts',
  'postsWithAuthors',
  'createUser',
  'createPost',
  'removePost',
]

/** The guide as it is, and as it should be. */
export function printGuide(): { current: string; printed: string } {
  const current = readFileSync(guide, 'utf8')
  const recipes = recipesIn(readFileSync(path.join(import.meta.dirname, 'recipes.ts'), 'utf8'))
  const code = printedRecipes.map(name => {
    const recipe = recipes.get(name)
    if (!recipe) throw new Error(`recipes.ts has no recipe ${name}`)
    return recipe
  })
  const printed = fill(fill(current, 'tables', 'mermaid', erDiagram()), 'recipes', 'ts', code.join('\n\n'))
  return { current, printed }
}

/** The exported functions with their docstring, by name. */
export function recipesIn(source: string): Map<string, string> {
  const recipe = /(\/\*\* .* \*\/\n)export ((?:async )?function (\w+)\([^]*?\n\})\n/g
  return new Map(
    [...source.matchAll(recipe)].map(([, comment = '', code = '', name = '']) => [name, `${comment}${code}`]),
  )
}

/** Replaces what is between `<!-- name -->` and `<!-- end -->` by a fenced block. */
function fill(page: string, name: string, language: string, text: string): string {
  const place = new RegExp(`<!-- ${name} -->[^]*?<!-- end -->`)
  if (!place.test(page)) throw new Error(`README.md has no place for ${name}`)
  return page.replace(place, () => `<!-- ${name} -->\n\`\`\`${language}\n${text}\n\`\`\`\n<!-- end -->`)
}

if (import.meta.main) writeFileSync(guide, printGuide().printed)
