import assert from 'node:assert/strict'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { hashToken, newToken } from '../security/tokens.ts'
import { createToken, type Scope } from '../tokens/queries.ts'
import type { Name, Site } from './site.ts'

type Headers = Record<string, string>
// biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what the tests look at
type Json = any

export type ApiAnswer = {
  status: number
  headers: Record<string, string | string[] | number | undefined>
  text: string
  json: Json
}

/** Asks the API as a program would, and holds every answer against the API's own description. */
export class ApiClient {
  readonly #app: FastifyInstance
  readonly #headers: Headers
  constructor(app: FastifyInstance, token: string | null = null) {
    this.#app = app
    this.#headers = token === null ? {} : { authorization: `Bearer ${token}` }
  }

  get(url: string, headers: Headers = {}): Promise<ApiAnswer> {
    return this.ask({ method: 'GET', url, headers })
  }

  post(url: string, payload?: object, headers: Headers = {}): Promise<ApiAnswer> {
    return this.ask({ method: 'POST', url, payload, headers })
  }

  put(url: string, payload?: object, headers: Headers = {}): Promise<ApiAnswer> {
    return this.ask({ method: 'PUT', url, payload, headers })
  }

  patch(url: string, payload?: object, headers: Headers = {}): Promise<ApiAnswer> {
    return this.ask({ method: 'PATCH', url, payload, headers })
  }

  delete(url: string, headers: Headers = {}): Promise<ApiAnswer> {
    return this.ask({ method: 'DELETE', url, headers })
  }

  async ask(options: InjectOptions): Promise<ApiAnswer> {
    const headers = { 'accept-language': 'en', ...this.#headers, ...options.headers }
    const response = await this.#app.inject({ ...options, headers })
    const isJson = String(response.headers['content-type']).includes('json')
    const answer = {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      json: isJson ? response.json() : null,
    }
    matchDescription(this.#app, options, answer)
    return answer
  }
}

/** A program of this person's, with a token that can read or write. */
export async function programOf(site: Site, name: Name, scope: Scope = 'write'): Promise<ApiClient> {
  const secret = newToken()
  const token = { userId: site.ids[name], tokenHash: hashToken(secret), name: 'test', scope, expiresAt: null }
  await site.app.db.transaction(tx => createToken(tx, token, new Date()))
  return new ApiClient(site.app, secret)
}

/** Fails unless the answer is one that the API's description knows: its status, its type and every field. */
function matchDescription(app: FastifyInstance, { method, url }: InjectOptions, answer: ApiAnswer): void {
  const path = (url as string).split('?')[0] as string
  const template = templateOf(app, path)
  const operation = template && app.openapi().paths[template]?.[String(method).toLowerCase()]
  const { status, headers, json } = answer
  const place = `${String(method)} ${path} ${status}`
  const type = String(headers['content-type'] ?? '').split(';')[0] as string
  if (!operation) return matchSchema(app, json, { pointer: '/components/schemas/Problem', place })
  const described = operation.responses[status] ? String(status) : `${String(status)[0]}XX`
  const response = operation.responses[described]
  assert.ok(response, `${place} is not described`)
  if (answer.text === '') return assert.equal(response.content, undefined, place)
  assert.ok(response.content?.[type], `${place} as ${type} is not described`)
  const steps = [
    'paths',
    template,
    String(method).toLowerCase(),
    'responses',
    described,
    'content',
    type,
    'schema',
  ]
  matchSchema(app, json, { pointer: steps.map(step => `/${escaped(step)}`).join(''), place })
}

function templateOf(app: FastifyInstance, path: string): string | undefined {
  const matches = (template: string) =>
    new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`).test(path)
  return Object.keys(app.openapi().paths).find(matches)
}

/** @see https://www.rfc-editor.org/rfc/rfc6901 */
function escaped(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))
}

const validators = new WeakMap<FastifyInstance, Ajv2020>()
/** By the text of the description: it is the same for most applications of a process. */
const validatorsByText = new Map<string, Ajv2020>()

function matchSchema(
  app: FastifyInstance,
  json: Json,
  { pointer, place }: { pointer: string; place: string },
) {
  const ajv = validators.get(app) ?? validatorOf(app)
  validators.set(app, ajv)
  // Compiled once: `ajv.validate` with a reference would compile it for each answer.
  const validate = ajv.getSchema(`api:#${pointer}`)
  assert.ok(validate?.(json), `${place}: ${ajv.errorsText(validate?.errors)}\n${JSON.stringify(json)}`)
}

function validatorOf(app: FastifyInstance): Ajv2020 {
  const text = JSON.stringify(app.openapi())
  const known = validatorsByText.get(text)
  if (known) return known
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(app.openapi(), 'api:')
  validatorsByText.set(text, ajv)
  return ajv
}
