/** Prints the recipes of recipes.ts into app/database/README.md: `node app/cli/guide/print.ts` after a change. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../../config.ts'

const guide = path.join(root, 'app/database/README.md')

export type Recipe = { sentence: string; code: string }

/** The exported functions, each with its docstring, by name. */
export function recipesIn(source: string): Map<string, Recipe> {
  const recipe = /\/\*\* (.*) \*\/\nexport ((?:async )?function (\w+)\([^]*?\n\})\n/g
  return new Map(
    [...source.matchAll(recipe)].map(([, sentence = '', code = '', name = '']) => [name, { sentence, code }]),
  )
}

const place = /<!-- recipe: (\w+) -->[^]*?<!-- end -->/g

/** The names of the recipes that a page has a place for, in its order. */
export function placesIn(page: string): string[] {
  return [...page.matchAll(place)].map(([, name]) => name as string)
}

/** README.md as it is, and as it should be. */
export function recipesPage(): { recipes: Map<string, Recipe>; page: string; refreshed: string } {
  const [recipes, page] = [
    recipesIn(readFileSync(path.join(import.meta.dirname, 'recipes.ts'), 'utf8')),
    readFileSync(guide, 'utf8'),
  ]
  const refreshed = page.replaceAll(place, (_, name: string) => printed(name, recipes.get(name)))
  return { recipes, page, refreshed }
}

function printed(name: string, recipe: Recipe | undefined): string {
  if (!recipe) throw new Error(`README.md has a place for the recipe ${name}, which recipes.ts lacks`)
  return `<!-- recipe: ${name} -->\n${recipe.sentence}\n\n\`\`\`ts\n${recipe.code}\n\`\`\`\n<!-- end -->`
}

if (import.meta.main) writeFileSync(guide, recipesPage().refreshed)
