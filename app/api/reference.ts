import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import plugin from 'fastify-plugin'
import { type Language, type LocaleKey, type Translate, translate } from '../locales/translate.ts'
import { memoize } from '../text/memoize.ts'
import { nouns } from './descriptions.ts'
import { withCommonAnswers } from './responses.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The OpenAPI document of the API, in a language. */
    reference(language: Language): Reference
  }
}

/** @see https://spec.openapis.org/oas/v3.1.1.html */
export type Reference = {
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

/**
 * Collects the description of every route that has a noun (a tag) and makes one document of them. In the
 * routes, summaries and descriptions are keys of the words; here they become sentences.
 */
export default plugin(
  async (app: FastifyInstance) => {
    await app.register(swagger, {
      hideUntagged: true,
      openapi: openapi(app) as never,
      transform: ({ schema, url, route }) => ({
        url,
        schema: isOurs(schema) ? withCommonAnswers(schema, route) : schema,
      }),
      refResolver: { buildLocalReference: ({ $id }) => $id as string },
    })
    const inLanguage = memoize((language: Language) => document(app, language), String)
    app.decorate('reference', language => inLanguage(language))
  },
  { name: 'reference' },
)

function isOurs(schema: { tags?: readonly string[] } | undefined): boolean {
  return Boolean(schema?.tags)
}

function document(app: FastifyInstance, language: Language): Reference {
  const reference = translated(app.swagger(), translate(language)) as Reference
  for (const { requestBody } of Object.values(reference.paths).flatMap(Object.values<Operation>)) {
    // The plugin calls every body required; here, one that has to say nothing may be left out.
    if (requestBody)
      requestBody.required = Object.values(requestBody.content).some(({ schema }) => schema.required)
  }
  return reference
}

function openapi({ config }: FastifyInstance): object {
  return {
    openapi: '3.1.0',
    info: { title: config.siteName, version: '1', description: 'reference.introduction' },
    servers: [{ url: config.publicUrl }],
    tags: nouns.map(name => ({ name, description: `reference.tag_${name}` satisfies LocaleKey })),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'reference.security_token' },
        password: { type: 'http', scheme: 'basic', description: 'reference.security_password' },
      },
    },
  }
}

/** A copy with a sentence in the place of each key, and without what is said to our own validator only. */
function translated(part: unknown, t: Translate): unknown {
  if (Array.isArray(part)) return part.map(item => translated(item, t))
  if (typeof part !== 'object' || part === null) return part
  const entries = Object.entries(part).filter(([name]) => name !== 'errorKey')
  return Object.fromEntries(
    entries.map(([name, value]) => [name, sentence(name, value, t) ?? translated(value, t)]),
  )
}

function sentence(name: string, value: unknown, t: Translate): string | null {
  const isKey = (name === 'summary' || name === 'description') && typeof value === 'string'
  return isKey ? t(value as LocaleKey) : null
}
