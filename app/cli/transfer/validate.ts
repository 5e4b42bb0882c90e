import { sanitizeText } from '../../text/sanitize.ts'
import { checks, type RowOf, wording } from './forms.ts'
import { isKind, isObject, type Kind, type RawRow } from './rows.ts'

/** A row whose fields are in one form, and a sentence about each that is wrong. */
export type Validated = { kind: Kind; place: string; row: Record<string, unknown>; errors: string[] }

/** Brings a row's names and texts into one form, and looks at every field. */
export function validate({ kind, place, value, trouble }: RawRow): Validated {
  const wrong = (why: string): Validated => ({ kind: 'users', place, row: {}, errors: [`${place}: ${why}`] })
  if (trouble) return wrong(trouble)
  if (!isKind(kind)) return wrong(`"${kind}" is not one of users, posts and follows`)
  if (!isObject(value)) return { ...wrong('this is not an object with fields'), kind }
  const row = plain(value)
  const errors = checks[kind].Check(row) ? [] : errorsOf(kind, row)
  return { kind, place, row, errors: errors.map(error => `${place}: ${error}`) }
}

/** The row as what it has been found to be. */
export function rowAs<K extends Kind>(_kind: K, { row }: Validated): RowOf[K] {
  return row as RowOf[K]
}

/** Null says no more than a missing field, but for a language, where it means that nobody can tell. */
function plain(value: Record<string, unknown>): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const [key, given] of Object.entries(value)) {
    const name = key.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
    if (given !== null || name === 'language') row[name] = plainValue(name, given)
  }
  return row
}

/** Texts as a form on the site would have sent them. */
function plainValue(name: string, value: unknown): unknown {
  if (name === 'posts' && Array.isArray(value))
    return value.map(post => (isObject(post) ? plain(post) : post))
  if (typeof value !== 'string' || name.startsWith('password')) return value
  return sanitizeText(value).trim()
}

/** One sentence a field, the first thing that is wrong with it. */
function errorsOf(kind: Kind, row: Record<string, unknown>): string[] {
  const found = new Map<string, string>()
  for (const { keyword, instancePath, params } of checks[kind].Errors(row)) {
    for (const [path, error] of keywordErrors(keyword, instancePath.slice(1), params as Params))
      if (!found.has(path)) found.set(path, error)
  }
  return [...found.values()]
}

type Params = { requiredProperties?: string[]; additionalProperties?: string[] }

function keywordErrors(keyword: string, path: string, params: Params): [string, string][] {
  const at = (field: string) => (path === '' ? field : `${path}/${field}`)
  if (keyword === 'required')
    return (params.requiredProperties ?? []).map(field => [at(field), `${readable(at(field))} is missing`])
  if (keyword === 'additionalProperties')
    return (params.additionalProperties ?? []).map(field => [
      at(field),
      `${readable(at(field))} is not a known field`,
    ])
  const field = path.split('/').at(-1) as string
  if (keyword === 'boolean') return []
  return [[path, `${readable(path)} ${wording[field] ?? 'must be an object with fields'}`]]
}

/** posts/0/body as posts[0].body */
function readable(path: string): string {
  return path.replaceAll(/\/(\d+)/g, '[$1]').replaceAll('/', '.')
}
