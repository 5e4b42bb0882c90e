import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { InjectOptions } from 'fastify'
import { type ApiClient, programOf } from '../testing/api.ts'
import { openSite, type Site } from '../testing/site.ts'

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const values = [
  'null',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '-1',
  '1e400',
  '1.5',
  '9007199254740993',
  'true',
  '[]',
  '{}',
  '{"a":{"b":[]}}',
  deep(20_000),
  `"${'x'.repeat(60_000)}"`,
  '"\\u202e\\u2028"',
  '"👨‍👩‍👧‍👦"',
]
const paths = [
  '%00',
  '%ff',
  '%2e%2e%2fx',
  "';--",
  '-1',
  '1.5',
  '99999999999999999999',
  'x'.repeat(500),
  '%F0%9F%98%80',
]

describe('whatever is sent to the API', () => {
  let site: Site
  let susan: ApiClient
  before(async () => {
    site = await openSite()
    susan = await programOf(site, 'susan')
    await site.write('susan', ['Hers.'])
  })
  after(() => site.close())
  const operations = () =>
    Object.entries(site.app.openapi().paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        operation,
      })),
    )
  /** Nothing but an answer that was meant: never 500, and a sentence wherever it is a refusal. */
  const ask = async (options: InjectOptions) => {
    const { status, json } = await susan.ask(options)
    assert.ok(status < 500, `${String(options.method)} ${JSON.stringify(options).slice(0, 200)}: ${status}`)
    if (status >= 400) assert.match(json.detail, /\w+ \w+/)
  }

  it('in the place of each field is answered', async () => {
    const headers = { 'content-type': 'application/json' }
    for (const { path, method, operation } of operations()) {
      const schema = operation.requestBody?.content['application/json']?.schema
      const url = path.replace('{username}', 'john').replace('{id}', '1')
      for (const name of Object.keys(schema?.properties ?? {}))
        for (const value of values) await ask({ method, url, headers, payload: `{"${name}":${value}}` })
    }
  })

  it('in the place of each part of an address, or as a parameter, is answered', async () => {
    for (const { path, method, operation } of operations().filter(({ method }) => method !== 'DELETE')) {
      const name = /\{\w+\}/.exec(path)?.[0]
      for (const value of name ? paths : []) await ask({ method, url: path.replace(String(name), value) })
      for (const { name } of (operation.parameters ?? []).filter(parameter => parameter.in === 'query'))
        for (const value of paths)
          await ask({
            method: 'GET',
            url: `${path.replace('{username}', 'john').replace('{tag}', 'tea')}?${name}=${value}`,
          })
    }
  })

  it('as a header is answered', async () => {
    const awkward = ['', '"', ',', '*', 'W/', 'x'.repeat(5_000), '\u00ff\u00fe', '"a", "b', ';q=', 'a;q=9']
    for (const name of [
      'if-none-match',
      'if-match',
      'idempotency-key',
      'accept',
      'accept-language',
      'accept-encoding',
    ])
      for (const value of awkward) {
        await ask({ method: 'GET', url: '/api/posts/1', headers: { [name]: value } })
        await ask({ method: 'PUT', url: '/api/posts/1', headers: { [name]: value }, payload: { body: 'x' } })
        await ask({ method: 'POST', url: '/api/posts', headers: { [name]: value }, payload: { body: 'x' } })
      }
  })
})
