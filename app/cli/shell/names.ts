/** What a session finds loaded: the database, the tables, every feature's queries and the operators. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../../config.ts'
import { cursorOf } from '../../database/cursor.ts'
import * as schema from '../../database/schema.ts'
import * as operators from '../../database/sql.ts'
import { hashPassword } from '../../security/passwords.ts'
import { isTable } from './redact.ts'
import { cut } from './text.ts'

/** A loaded name; `meaning` is for the list that `.help` prints. */
export type Name = { name: string; value: unknown; meaning: string }
export type Names = { database: Name[]; tables: Name[]; queries: Name[]; operators: Name[] }

/** Collects the names; a query function that a feature gains is among them without anybody listing it. */
export async function loadNames(db: unknown): Promise<Names> {
  return {
    database: [{ name: 'db', value: db, meaning: 'reads; db.transaction(async tx => { … }) writes' }],
    tables: Object.entries(schema)
      .filter(([, value]) => isTable(value))
      .map(tableName),
    queries: [...(await queries()), ...extras],
    operators: Object.entries(operators).map(([name, value]) => ({ name, value, meaning: '' })),
  }
}

/** What the query functions ask for and a person cannot type. */
const extras: Name[] = [
  { name: 'hashPassword', value: hashPassword, meaning: '(password)  For createAccount; await it.' },
  {
    name: 'cursorOf',
    value: cursorOf,
    meaning: '({ before, after })  A place in a timeline; cursorOf({}) is its newest page.',
  },
]

function tableName([name, table]: [string, object]): Name {
  return { name, value: table, meaning: Object.keys(table).join(', ') }
}

async function queries(): Promise<Name[]> {
  const files = globSync('app/*/queries.ts', { cwd: root }).toSorted()
  const found = await Promise.all(files.map(file => queriesOf(path.join(root, file))))
  return found.flat()
}

async function queriesOf(file: string): Promise<Name[]> {
  const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  const sentences = docstringsOf(readFileSync(file, 'utf8'))
  return Object.entries(exported)
    .filter((entry): entry is [string, () => unknown] => typeof entry[1] === 'function')
    .map(([name, value]) => ({
      name,
      value,
      meaning: `${parametersOf(value)}  ${sentences.get(name) ?? ''}`,
    }))
}

/** The first sentence of each exported name's docstring. */
function docstringsOf(source: string): Map<string, string> {
  const documented = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*export (?:async )?(?:function|const) (\w+)/g
  return new Map(
    [...source.matchAll(documented)].map(([, comment = '', name = '']) => [name, firstSentence(comment)]),
  )
}

function firstSentence(comment: string): string {
  const text = comment.replaceAll(/\s*\n\s*\* ?/g, ' ').trim()
  return /^.*?[.](?=\s|$)/.exec(text)?.[0] ?? text
}

/** Node leaves spaces where it took the types away. */
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

/** The names and their meanings, each on one line of at most `width` cells. */
export function listOf(names: Names, width: number): string {
  const sections = headings.map(([key, heading]) => [heading, ...linesOf(names[key], width)].join('\n'))
  const words = names.operators.map(({ name }) => name).join(', ')
  return [...sections, `Operators, from app/database/sql.ts\n  ${words}`].join('\n\n')
}

function linesOf(names: Name[], width: number): string[] {
  const longest = Math.max(...names.map(({ name }) => name.length))
  return names.map(({ name, meaning }) => cut(`  ${name.padEnd(longest)}  ${meaning}`, width).trimEnd())
}
