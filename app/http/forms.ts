import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import type { Arguments, LocaleKey } from '../locales/translate.ts'
import { clean } from '../text/sanitize.ts'

declare module 'typebox' {
  interface TSchemaOptions {
    complaint?: LocaleKey
  }
}

/** Sentences for a person, by the field that they are about. */
export type Complaints = Record<string, string>
export type Complaint = LocaleKey | { key: LocaleKey; values: Arguments }

/**
 * Forms arrive as flat objects of clean strings: a field sent twice counts once, line ends are `\n`, and
 * control characters, which PostgreSQL or a reader's terminal may choke on, are gone.
 */
export default plugin(async (app: FastifyInstance) => {
  app.removeAllContentTypeParsers()
  await app.register(formbody, {
    parser: body =>
      Object.fromEntries([...new URLSearchParams(body)].map(([name, value]) => [name, clean(value)])),
  })
  // A form that says nothing, not even its type, is an empty form: the schema's defaults and complaints apply.
  app.addHook('preValidation', async request => {
    if (request.method === 'POST') request.body ??= {}
  })
})

/**
 * What a route's schema (with `attachValidation`) found wrong with its form, one sentence a field. A schema
 * names the sentence with its keyword `complaint`.
 */
export function complaintsOf(request: FastifyRequest): Complaints {
  const found: Complaints = {}
  for (const { instancePath, params, parentSchema } of request.validationError?.validation ?? []) {
    const field = instancePath.slice(1) || String(params['missingProperty'] ?? 'form')
    const { complaint } = Object(parentSchema) as { complaint?: LocaleKey }
    found[field] ??= request.t(complaint ?? 'forms.invalid')
  }
  return found
}

/** Adds the complaints of checks that a schema cannot express, unless the field has one already. */
export function alsoComplain(
  request: FastifyRequest,
  found: Complaints,
  checks: Record<string, Complaint | false>,
): Complaints {
  for (const [field, complaint] of Object.entries(checks)) {
    if (!complaint || found[field]) continue
    found[field] =
      typeof complaint === 'string' ? request.t(complaint) : request.t(complaint.key, complaint.values)
  }
  return found
}

export function hasComplaints(complaints: Complaints): boolean {
  return Object.keys(complaints).length > 0
}
