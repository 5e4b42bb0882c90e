/** What the shell loads: the database, the tables, every noun's queries, the recipes and the operators. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../../config.ts'
import { cursorOf } from '../../database/cursor.ts'
import * as schema from '../../database/schema.ts'
import * as operators from '../../database/sql.ts'
import * as textOperators from '../../database/text.ts'
import { hashPassword } from '../../security/passwords.ts'
import { foldName } from '../../text/normalize.ts'
import { refuseUnknown, unknownName } from './did-you-mean.ts'
import { isTable } from './redact.ts'

/** A loaded name. `.help` prints its noun's names with their parameters and the first sentence of `docs`. */
export type Name = { name: string; value: unknown; noun: string; parameters: string; docs: string }
export type Names = { database: Name[]; tables: Name[]; queries: Name[]; operators: Name[] }

/** What the query functions ask for and a person cannot type. */
const helpers: Name[] = [
  helper(hashPassword, '(password)', 'The salted hash that an account keeps; await it.'),
  helper(foldName, '(name)', 'A username or address as its key holds it.'),
  helper(cursorOf, '({ before, after })', 'A place in a timeline; cursorOf({}) is its newest page.'),
]

function helper(value: { name: string }, parameters: string, docs: string): Name {
  return { name: value.name, value, noun: 'helpers', parameters, docs }
}

/** Collects the names. A new query function is among them without being listed anywhere. */
export async function loadNames(db: unknown): Promise<Names> {
  const files = globSync('app/*/{queries,*-queries}.ts', { cwd: root }).toSorted()
  const queries = await Promise.all(
    [...files, 'app/cli/guide/recipes.ts'].map(file => functionsOf(path.join(root, file))),
  )
  const tables = Object.entries(schema).filter(([, value]) => isTable(value))
  const names = (noun: string, entries: [string, unknown][], docs: (value: unknown) => string): Name[] =>
    entries.map(([name, value]) => ({ name, value, noun, parameters: '', docs: docs(value) }))
  return {
    database: names('database', [['db', db]], () => 'reads; db.transaction(async tx => { … }) writes'),
    tables: names(
      'tables',
      tables.map(([name, table]) => [name, withSuggestions(name, table)]),
      table => Object.keys(Object(table)).join(', '),
    ),
    queries: [...queries.flat(), ...helpers],
    operators: names('operators', Object.entries({ ...operators, ...textOperators }), () => ''),
  }
}

/** A table says in a sentence which columns it has when it is asked for another. */
function withSuggestions(name: string, table: object): object {
  return refuseUnknown(table, wanted =>
    unknownName(`${name} has no column ${wanted}`, wanted, Object.keys(table)),
  )
}

/** The functions that a file exports; its folder is the noun, or `recipes`. */
async function functionsOf(file: string): Promise<Name[]> {
  const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  const docs = docstringsOf(readFileSync(file, 'utf8'))
  const folder = path.basename(path.dirname(file))
  const noun = folder === 'guide' ? 'recipes' : folder
  return Object.entries(exported)
    .filter((entry): entry is [string, () => unknown] => typeof entry[1] === 'function')
    .map(([name, value]) => ({
      name,
      value,
      noun,
      parameters: parametersOf(value),
      docs: docs.get(name) ?? '',
    }))
}

/** The docstring of each exported name, on one line. */
function docstringsOf(source: string): Map<string, string> {
  const documented = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*export (?:async )?(?:function|const) (\w+)/g
  return new Map(
    [...source.matchAll(documented)].map(([, comment = '', name = '']) => [
      name,
      comment.replaceAll(/\s*\n\s*\* ?/g, ' ').trim(),
    ]),
  )
}

/** The parameters as they are written. Node leaves spaces where it stripped the types. */
function parametersOf(query: () => unknown): string {
  const source = query.toString().replaceAll(/\s+/g, ' ')
  const parameters = /^[^(]*\(((?:[^()]|\([^()]*\))*)\)/.exec(source)?.[1] ?? ''
  return `(${parameters
    .replaceAll(/ +(?=,|$)/g, '')
    .replace(/,$/, '')
    .trim()})`
}
