import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import plugin from 'fastify-plugin'
import { Type } from 'typebox'
import { scopeOf } from './bearer.ts'
import { IfMatch, operation, returnsJson, returnsNothing, returnsProblem } from './schemas.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The OpenAPI document of the API. */
    openapi(): OpenApi
  }
}

/** @see https://spec.openapis.org/oas/v3.1.1.html */
export type OpenApi = {
  openapi: string
  info: { title: string; version: string; description: string }
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}
export type Operation = {
  operationId: string
  summary: string
  description?: string
  tags: string[]
  security: Record<string, string[]>[]
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>
}
export type Parameter = {
  name: string
  in: string
  description?: string
  example?: unknown
  required?: boolean
  schema: Schema
}
export type Schema = {
  $ref?: string
  type?: string | string[]
  format?: string
  enum?: unknown[]
  anyOf?: Schema[]
  allOf?: Schema[]
  items?: Schema
  required?: string[]
  properties?: Record<string, Schema>
  description?: string
  examples?: unknown[]
}

/** Collects every route that has a tag into one document, which is made when it is first asked for. */
export default plugin(async (app: FastifyInstance, { tags }: { tags: Record<string, string> }) => {
  await app.register(swagger, {
    decorator: 'openapi',
    hideUntagged: true,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: app.config.siteName,
        version: '1',
        description: 'Everything that the pages do, for programs. Requests and responses are JSON.',
      },
      servers: [{ url: app.config.publicUrl }],
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'A token, sent as “Authorization: Bearer …”.',
          },
          password: {
            type: 'http',
            scheme: 'basic',
            description: 'Username and password, sent with HTTP Basic authentication.',
          },
        },
      },
    },
    transform: ({ schema, url, route }) => ({
      url,
      schema: schema?.tags ? withCommonParts(schema, route) : schema,
    }),
    transformObject: generated =>
      finished('openapiObject' in generated ? generated.openapiObject : {}) as never,
    refResolver: { buildLocalReference: ({ $id }) => $id as string },
  })
})

/** The route of the document; api/docs.ts is the same for people. */
export async function openapiRoute(app: FastifyInstance) {
  const anything = Type.Object({}, { additionalProperties: true })
  const show = operation('reference', 'getReference', 'Get this description (OpenAPI 3.1)', {
    config: { public: true },
    response: { 200: returnsJson(anything, 'What you asked for.') },
  })
  app.get('/openapi.json', show, async ({ server }, reply) => reply.resource(server.openapi()))
}

/** A copy without what is meant for the validator alone. */
function finished(generated: object | undefined): OpenApi {
  const document = JSON.parse(
    JSON.stringify(generated, (name, value) => (name === 'errorKey' ? undefined : value)),
  ) as OpenApi
  for (const { requestBody } of Object.values(document.paths).flatMap(Object.values<Operation>)) {
    // The plugin calls every body required; here, one without required fields may be left out.
    if (requestBody)
      requestBody.required = Object.values(requestBody.content).some(({ schema }) => schema.required)
  }
  return document
}

/**
 * Adds what every route of its kind has: problems, headers and security. In the document alone: to Fastify, each
 * response would be one more serializer to compile, some four hundred in all.
 */
function withCommonParts(schema: FastifySchema, { method, config = {} }: RouteOptions): FastifySchema {
  const isRead = method === 'GET'
  const statuses: (keyof typeof problems)[] = [400, 401, 406, 429, '5xx']
  if (!config.public && !isRead) statuses.push(403)
  if (schema.params) statuses.push(404)
  if (!isRead) statuses.push(413, 415)
  if (schema.body) statuses.push(422)
  if (schema.headers === IfMatch) statuses.push(412)
  const response = {
    ...Object.fromEntries(statuses.map(status => [status, returnsProblem(problems[status])])),
    ...(isRead && { 304: returnsNothing('Nothing has changed since the answer with this ETag.') }),
    ...(schema.response as object),
  }
  // What a token must be good for stands in the place of OAuth's scopes.
  const token = { token: [scopeOf(String(method), config)] }
  const security = config.password ? [{ password: [] }] : config.public ? [{}, token] : [token]
  return { ...schema, ...(isRead && { headers: IfNoneMatch }), security, response }
}

const IfNoneMatch = Type.Object({
  'If-None-Match': Type.Optional(
    Type.String({ description: 'The ETag of the answer that you have: 304 if it’s still right.' }),
  ),
})

const problems = {
  400: 'Something in the request can’t be understood.',
  401: 'A token is missing, or the one that was sent doesn’t work.',
  403: 'You’re not allowed to do this, or the token can only read.',
  404: 'There’s nothing at this address.',
  406: 'The answer is JSON, and the Accept header rules that out.',
  412: 'It has changed since the answer whose ETag If-Match names.',
  413: 'The body is too large.',
  415: 'The body isn’t application/json.',
  422: 'Some of the values can’t be used; “errors” says which.',
  429: 'Too many requests. Retry-After says when to try again.',
  '5xx': 'Something broke on our side. Try again in a moment.',
}
