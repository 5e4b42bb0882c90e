/** What the shell loads: the database, the tables, every noun's queries and the operators. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../../config.ts'
import { cursorOf } from '../../database/cursor.ts'
import * as schema from '../../database/schema.ts'
import * as operators from '../../database/sql.ts'
import * as textOperators from '../../database/text.ts'
import { hashPassword } from '../../security/passwords.ts'
import { isTable } from './redact.ts'
import { truncate } from './text.ts'

/** A loaded name; `description` is for the list that `.help` prints. */
export type Name = { name: string; value: unknown; description: string }
export type Names = { database: Name[]; tables: Name[]; queries: Name[]; operators: Name[] }

/** What the query functions ask for and a person cannot type. */
const helpers: Name[] = [
  { name: 'hashPassword', value: hashPassword, description: '(password)  For createAccount; await it.' },
  {
    name: 'cursorOf',
    value: cursorOf,
    description: '({ before, after })  A place in a timeline; cursorOf({}) is its newest page.',
  },
]

/** Collects the names. A new query function is among them without being listed anywhere. */
export async function loadNames(db: unknown): Promise<Names> {
  const files = globSync('app/*/{queries,*-queries}.ts', { cwd: root }).toSorted()
  const queries = await Promise.all(files.map(file => queriesOf(path.join(root, file))))
  return {
    database: [{ name: 'db', value: db, description: 'reads; db.transaction(async tx => { … }) writes' }],
    tables: Object.entries(schema)
      .filter(([, value]) => isTable(value))
      .map(([name, value]) => ({ name, value, description: Object.keys(value).join(', ') })),
    queries: [...queries.flat(), ...helpers],
    operators: Object.entries({ ...operators, ...textOperators }).map(([name, value]) => ({
      name,
      value,
      description: '',
    })),
  }
}

async function queriesOf(file: string): Promise<Name[]> {
  const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  const sentences = docstringsOf(readFileSync(file, 'utf8'))
  return Object.entries(exported)
    .filter((entry): entry is [string, () => unknown] => typeof entry[1] === 'function')
    .map(([name, value]) => ({
      name,
      value,
      description: `${parametersOf(value)}  ${sentences.get(name) ?? ''}`,
    }))
}

/** The first sentence of each exported name's docstring. */
function docstringsOf(source: string): Map<string, string> {
  const documented = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*export (?:async )?(?:function|const) (\w+)/g
  return new Map(
    [...source.matchAll(documented)].map(([, comment = '', name = '']) => {
      const text = comment.replaceAll(/\s*\n\s*\* ?/g, ' ').trim()
      return [name, /^.*?[.](?=\s|$)/.exec(text)?.[0] ?? text]
    }),
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

const headings: [keyof Names, string][] = [
  ['database', 'The database'],
  ['tables', 'Tables'],
  ['queries', 'Queries'],
]

/** The names and their descriptions, each on one line of at most `width` cells. */
export function listOf(names: Names, width: number): string {
  const sections = headings.map(([key, heading]) => {
    const nameWidth = Math.max(...names[key].map(({ name }) => name.length))
    const lines = names[key].map(({ name, description }) =>
      truncate(`  ${name.padEnd(nameWidth)}  ${description}`, width).trimEnd(),
    )
    return [heading, ...lines].join('\n')
  })
  const operators = names.operators.map(({ name }) => name).join(', ')
  return [...sections, `Operators, from app/database/sql.ts and text.ts\n  ${operators}`].join('\n\n')
}
