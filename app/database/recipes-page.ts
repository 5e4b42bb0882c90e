/** Prints the recipes of recipes.ts into README.md: `node app/database/recipes-page.ts` after a change. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const read = (file: string) => readFileSync(path.join(import.meta.dirname, file), 'utf8')

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
  const [recipes, page] = [recipesIn(read('recipes.ts')), read('README.md')]
  const refreshed = page.replaceAll(place, (_, name: string) => printed(name, recipes.get(name)))
  return { recipes, page, refreshed }
}

function printed(name: string, recipe: Recipe | undefined): string {
  if (!recipe) throw new Error(`README.md has a place for the recipe ${name}, which recipes.ts lacks`)
  return `<!-- recipe: ${name} -->\n${recipe.sentence}\n\n\`\`\`ts\n${recipe.code}\n\`\`\`\n<!-- end -->`
}

if (import.meta.main) writeFileSync(path.join(import.meta.dirname, 'README.md'), recipesPage().refreshed)
