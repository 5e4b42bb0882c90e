import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { Problem } from '../http/errors.ts'

/** Parses JSON more strictly than JSON.parse: valid UTF-8, and no name twice in an object. */
export default plugin(async (app: FastifyInstance) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, parseJson)
})

async function parseJson(_request: FastifyRequest, bytes: string | Buffer): Promise<unknown> {
  if (bytes.length === 0) return undefined
  const text = decode(bytes as Buffer)
  const value = parse(text)
  refuseNames(text)
  return value
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Problem(400, 'api.not_utf8')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem(400, 'api.not_json')
  }
}

const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g

/**
 * Refuses what JSON.parse lets pass: of two values for one name it silently keeps the second, and the names that every
 * object inherits (`__proto__`, `constructor`) are no fields. The text is known to be JSON.
 * @see https://www.rfc-editor.org/rfc/rfc7493#section-2.3
 */
function refuseNames(text: string): void {
  const open: Set<string>[] = []
  let last = ''
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':') refuseName(JSON.parse(last) as string, open.at(-1) as Set<string>)
    last = token
  }
}

/** Parses a form, for the one route that takes one: each name once. */
export async function parseForm(_request: FastifyRequest, bytes: string | Buffer): Promise<unknown> {
  const names = new Set<string>()
  const text = decode(bytes as Buffer)
  if (text.split('&', 101).length > 100) throw new Problem(413)
  const entries = [...new URLSearchParams(text)]
  for (const [name] of entries) refuseName(name, names)
  return Object.fromEntries(entries)
}

function refuseName(name: string, names: Set<string>): void {
  if (name in Object.prototype) throw new Problem(400, 'api.name_impossible', { name })
  if (names.has(name)) throw new Problem(400, 'api.name_twice', { name: name.slice(0, 100) })
  names.add(name)
}
