/** The reference for people: a page like any other, made from the OpenAPI document and in English like that. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { OpenApi, Operation, Schema } from './openapi.ts'

declare module '../http/views.ts' {
  interface Pages {
    'api/docs': ReturnType<typeof docsOf>
  }
}

export default async function docs(app: FastifyInstance) {
  app.get('/api', { config: { public: true } }, async (_request, reply) => reply.redirect('/api/docs', 303))
  app.get('/api/docs', { config: { public: true, cached: true } }, showDocs)
}

async function showDocs({ server }: FastifyRequest, reply: FastifyReply) {
  return reply.page('api/docs', docsOf(server.openapi(), server.config.publicUrl))
}

function docsOf({ info, paths, tags, components }: OpenApi, url: string) {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      tag: operation.tags[0],
      view: operationView({ path, method: method.toUpperCase(), url }, operation),
    })),
  )
  return {
    introduction: info.description,
    sections: tags.map(({ name, description: title }) => ({
      name,
      title,
      operations: operations.filter(({ tag }) => tag === name).map(({ view }) => view),
    })),
    schemas: Object.entries(components.schemas).map(([name, schema]) => ({
      name,
      description: schema.description ?? '',
      fields: fieldsOf(schema),
    })),
  }
}

type Place = { path: string; method: string; url: string }

function operationView({ path, method, url }: Place, operation: Operation) {
  const { operationId: id, summary, description = '', parameters = [], requestBody } = operation
  const body = requestBody && Object.values(requestBody.content)[0]?.schema
  return {
    id,
    method,
    path,
    summary,
    description,
    access: access[accessOf(operation)].words,
    parameters: parameters
      .filter(parameter => parameter.in !== 'header')
      .map(({ name, required = false, schema, description = '' }) =>
        field(name, { ...schema, description }, required),
      ),
    body: body ? fieldsOf(body) : [],
    curl: curlOf({ path, method, url }, operation, body),
    // Errors are the same everywhere.
    responses: Object.entries(operation.responses)
      .filter(([status]) => status.startsWith('2'))
      .map(([status, { content }]) => {
        const schema = content?.['application/json']?.schema
        const items = schema?.properties?.['items']?.items
        return { status, schema: nameOf(items ?? schema), isList: items !== undefined }
      }),
  }
}

const token = '-H "Authorization: Bearer $TOKEN"'
const access = {
  anybody: { words: 'No token needed', curl: '' },
  read: { words: 'With a token', curl: token },
  write: { words: 'With a token that can write', curl: token },
  password: { words: 'With username and password', curl: '-u susan' },
}

function accessOf({ security }: Operation): keyof typeof access {
  if (security.some(scheme => scheme['password'])) return 'password'
  if (security.some(scheme => Object.keys(scheme).length === 0)) return 'anybody'
  return security[0]?.['token']?.[0] === 'write' ? 'write' : 'read'
}

function curlOf({ path, method, url }: Place, operation: Operation, body: Schema | undefined): string {
  const { parameters = [] } = operation
  const examples = new Map(parameters.map(({ name, example }) => [name, example]))
  const address = url + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(examples.get(name)))
  const query = parameters.find(({ in: where, example }) => where === 'query' && example !== undefined)
  const asked = query ? `${address}?${query.name}=${encodeURIComponent(String(query.example))}` : address
  const json = exampleOf(body)
  const isUsual = method === 'GET' || (method === 'POST' && json)
  const parts = [
    `curl${isUsual ? '' : ` -X ${method}`} '${asked}'`,
    access[accessOf(operation)].curl,
    json && `--json '${json}'`,
  ]
  return parts.filter(Boolean).join(' \\\n  ')
}

function exampleOf(schema: Schema | undefined): string {
  const given = Object.entries(schema?.properties ?? {}).filter(([, { examples }]) => examples)
  const example = Object.fromEntries(given.map(([name, { examples }]) => [name, examples?.[0]]))
  return given.length > 0 ? JSON.stringify(example) : ''
}

function fieldsOf({ properties = {}, required = [] }: Schema) {
  return Object.entries(properties).map(([name, schema]) => field(name, schema, required.includes(name)))
}

/** Its type is, for example, `string`, `integer | null`, `Post[]`; `link` is the shared schema that the type names. */
function field(name: string, schema: Schema, required: boolean) {
  const link = nameOf(schema.items ?? schema.anyOf?.[0] ?? schema)
  return { name, type: typeOf(schema), link, required, description: schema.description ?? '' }
}

function nameOf(schema: Schema | undefined): string | null {
  return schema?.$ref?.split('/').at(-1) ?? null
}

function typeOf(schema: Schema): string {
  const { type, items, anyOf, allOf, format } = schema
  if (schema.$ref) return String(nameOf(schema))
  if (schema.enum) return schema.enum.map(String).join(' | ')
  if (items) return `${typeOf(items)}[]`
  if (anyOf) return anyOf.map(typeOf).join(' | ')
  if (allOf) return typeOf(allOf[0] as Schema)
  const names = [type ?? 'object'].flat()
  return names.map(one => (one === 'string' && format ? format : one)).join(' | ')
}
