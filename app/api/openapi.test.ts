import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fastify, { type RouteOptions } from 'fastify'
import * as contributions from '../registry/contributions.ts'
import { ApiClient } from '../testing/api.ts'
import { openSite, type Site } from '../testing/site.ts'
import authentication from '../tokens/authentication.ts'
import api from './api.ts'
import openapi, { type Operation } from './openapi.ts'

describe('the reference', () => {
  let site: Site
  let routes: RouteOptions[]
  before(async () => {
    site = await openSite({ PUBLIC_URL: 'https://harbour.example', SITE_NAME: 'Harbour' })
    routes = await routesOf(site)
  })
  after(() => site.close())
  const operations = (): [string, Operation][] =>
    Object.entries(site.app.openapi().paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ]),
    )

  it('describes every route of the API, and nothing else', () => {
    const there = routes
      .filter(route => !isHidden(route))
      .map(({ url, method }) => `${String(method)} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
    assert.ok(there.length > 25)
    assert.deepEqual(
      operations()
        .map(([place]) => place)
        .toSorted(),
      there.toSorted(),
    )
  })

  it('has every operation in a section', () => {
    const sections = site.app.openapi().tags.map(({ name }) => name)
    for (const [place, { tags }] of operations()) assert.ok(sections.includes(String(tags[0])), place)
  })

  it('leaves out only the methods that an address does not know', async () => {
    for (const { url, method } of routes.filter(isHidden)) {
      for (const one of [method].flat().filter(name => name !== 'HEAD')) {
        const { statusCode } = await site.app.inject({
          url: url.replaceAll(/:\w+/g, '1'),
          method: one as 'GET',
        })
        assert.equal(statusCode, 405, `${one} ${url}`)
      }
    }
  })

  it('is OpenAPI 3.1, whose schemas are JSON Schema', async () => {
    const { json } = await new ApiClient(site.app).get('/api/openapi.json')
    assert.equal(json.openapi, '3.1.0')
    assert.equal(json.info.title, 'Harbour')
    assert.deepEqual(json.servers, [{ url: 'https://harbour.example' }])
    const ajv = new Ajv2020({ strict: false })
    for (const schema of Object.values(json.components.schemas))
      assert.ok(ajv.validateSchema(schema as object))
    for (const [place, { requestBody }] of operations())
      for (const { schema } of Object.values(requestBody?.content ?? {}))
        assert.ok(ajv.validateSchema(schema), place)
    const ids = operations().map(([, { operationId }]) => operationId)
    assert.equal(new Set(ids).size, ids.length)
    const references = JSON.stringify(json).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)
    for (const [, name] of references) assert.ok(json.components.schemas[String(name)], name)
  })

  it('says of every operation in words what it does, who may, and what can go wrong', () => {
    const text = JSON.stringify(site.app.openapi())
    assert.doesNotMatch(text, /"[a-z]+\.[a-z_]+"|Default Response|"errorKey"/)
    for (const [place, { summary, security, responses }] of operations()) {
      assert.match(summary, /\w+ \w+/, place)
      assert.ok(security.length > 0, place)
      for (const status of ['400', '401', '429', '5XX']) assert.ok(responses[status], `${place} ${status}`)
    }
  })

  it('is a page for people, without scripts of its own', async () => {
    const { status, page, text, headers } = await site.visitor().get('/api/docs')
    assert.equal(status, 200)
    assert.match(String(headers['content-security-policy']), /default-src 'self'/)
    assert.doesNotMatch(text, /<script(?![^>]* src=)|<style|\sstyle=|undefined|\[object/)
    for (const [, { operationId }] of operations())
      assert.ok(page.querySelector(`#${operationId}`), operationId)
    for (const link of page.querySelectorAll('main a[href^="#"]'))
      assert.ok(page.querySelector(String(link.getAttribute('href'))), String(link.getAttribute('href')))
    assert.ok(text.includes('curl &#39;https://harbour.example/api/tokens&#39;'))
    assert.equal(page.querySelectorAll('table tbody tr').length, 8)
    assert.equal((await site.visitor().get('/api')).location, '/api/docs')
  })

  it('is in English for every reader, in a frame of their language', async () => {
    const { page } = await site.visitor().get('/api/docs', { 'accept-language': 'es' })
    const [content, english] = await Promise.all(
      ['es', 'en'].map(async language => {
        const { page } = await site.visitor().get('/api/docs', { 'accept-language': language })
        return page.querySelector('main [lang="en"]')?.outerHTML
      }),
    )
    assert.match(String(content), /Publish a post/)
    assert.equal(content, english)
    assert.equal(page.querySelector('html')?.getAttribute('lang'), 'es')
    assert.equal(page.querySelector('h1')?.textContent, 'La API')
  })

  it('is valid where a checker of HTML would look: each term has its definitions, each id is one of a kind', async () => {
    const { page } = await site.visitor().get('/api/docs')
    const terms = page.querySelectorAll('dl dt')
    assert.ok(terms.length > 50)
    for (const term of terms) assert.equal(term.nextElementSibling?.rawTagName, 'dd', term.outerHTML)
    for (const group of page.querySelectorAll('dl > *'))
      assert.deepEqual(
        [...new Set(group.children.map(({ rawTagName }) => rawTagName))],
        ['dt', 'dd'],
        group.outerHTML,
      )
    const ids = page.querySelectorAll('[id]').map(({ id }) => id)
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    )
  })
})

/** The API alone, as its routes are added one by one. */
async function routesOf({ app: { config, db } }: Site): Promise<RouteOptions[]> {
  const routes: RouteOptions[] = []
  const app = fastify()
  app.decorate('config', config).decorate('db', db)
  app.addHook('onRoute', route => void routes.push(route))
  app
    .register(openapi, contributions.api)
    .register(api, { prefix: '/api', authentication, ...contributions.api })
  await app.ready()
  await app.close()
  return routes.filter(({ method }) => method !== 'HEAD')
}

function isHidden({ schema }: RouteOptions): boolean {
  return Boolean(schema?.hide)
}
