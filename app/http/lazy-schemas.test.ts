import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FastifySchemaCompiler, RouteOptions } from 'fastify'
import { openSite } from '../testing/site.ts'
import { lazyCompilers } from './lazy-schemas.ts'

const { buildValidator } = lazyCompilers()
const options = { customOptions: { allErrors: true, verbose: true, keywords: ['errorKey'] } }
const compile = buildValidator?.({}, options) as unknown as FastifySchemaCompiler<unknown>
const validator = (schema: unknown) => compile({ schema, method: 'POST', url: '/', httpPart: 'body' })

describe('schemas that are compiled late', () => {
  it('say what Fastify asks for: whether, and what is wrong', () => {
    const validate = validator({ type: 'object', required: ['a'], properties: { a: { type: 'integer' } } })
    assert.equal(validate({}), false)
    assert.equal(validate.errors?.[0]?.keyword, 'required')
    assert.equal(validate({ a: 1 }), true)
    assert.equal(validate.errors, null)
  })

  it('compile, every one that a request is held against', async () => {
    const routes: RouteOptions[] = []
    const site = await openSite({}, { onRoute: route => void routes.push(route) })
    let compiled = 0
    for (const { url, schema = {} } of routes) {
      for (const part of ['body', 'querystring', 'params', 'headers'] as const) {
        if (!schema[part]) continue
        assert.doesNotThrow(() => void validator(schema[part])({}), `${url} ${part}`)
        compiled++
      }
    }
    assert.ok(compiled > 50, `${compiled} schemas`)
    await site.close()
  })

  it('do not compile, if they are none', () => {
    assert.throws(() => validator({ type: 'nothing' })({}))
  })
})
