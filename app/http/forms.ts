import type { FastifyInstance, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import type { Arguments, LocaleKey } from '../locales/translate.ts'
import { sanitizeText } from '../text/normalize.ts'
import { Problem } from './errors.ts'

declare module 'typebox' {
  interface TSchemaOptions {
    errorKey?: LocaleKey
  }
}

/** Sentences for a person, by the field that they are about. */
export type FieldErrors = Record<string, string>
export type FieldError = LocaleKey | { key: LocaleKey; values: Arguments }

/**
 * Parses forms into flat objects of sanitized strings: the last of two fields with one name counts, line ends are
 * `\n`, and control characters, which PostgreSQL or a terminal may reject, are removed.
 */
export default plugin(async (app: FastifyInstance) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, parseForm)
  // A request without a body is an empty form: the schema's defaults and errors apply.
  app.addHook('preValidation', async request => {
    if (request.method === 'POST') request.body ??= {}
  })
})

/** Phone keyboards add a blank to a name, and people write their username with its @. */
function sanitizeField(name: string, value: string): string {
  const text = sanitizeText(value)
  if (name === 'username') return text.trim().replace(/^[@＠]/, '')
  return name === 'email' ? text.trim() : text
}

/** A thread of 25 posts with four described pictures each has fewer. They are counted before they are parsed: 32,000 fit into a body. */
export const maxFields = 250

/** The fields of a form by their names. */
export type Form = Record<string, string>

async function parseForm(_request: FastifyRequest, body: string | Buffer): Promise<Form> {
  const text = String(body)
  if (text.split('&', maxFields + 1).length > maxFields) throw new Problem(413)
  return formOf([...new URLSearchParams(text)])
}

/** A form of these fields, sanitized. */
export function formOf(fields: [name: string, value: string][]): Form {
  return Object.fromEntries(fields.map(([name, value]) => [sanitizeText(name), sanitizeField(name, value)]))
}

/** The validation errors of a route's schema (with `attachValidation`), one sentence a field, by its `errorKey`. */
export function fieldErrorsOf(request: FastifyRequest): FieldErrors {
  const found: FieldErrors = {}
  for (const { instancePath, params, parentSchema } of request.validationError?.validation ?? []) {
    const field = instancePath.slice(1) || String(params['missingProperty'] ?? 'form')
    const { errorKey } = Object(parentSchema) as { errorKey?: LocaleKey }
    found[field] ??= request.t(errorKey ?? 'forms.invalid')
  }
  return found
}

/** Adds the errors of checks that a schema cannot express, to fields that have none yet. */
export function addFieldErrors(
  request: FastifyRequest,
  found: FieldErrors,
  checks: Record<string, FieldError | false>,
): FieldErrors {
  for (const [field, errorKey] of Object.entries(checks)) {
    if (!errorKey || found[field]) continue
    found[field] =
      typeof errorKey === 'string' ? request.t(errorKey) : request.t(errorKey.key, errorKey.values)
  }
  return found
}

export function hasFieldErrors(fieldErrors: FieldErrors): boolean {
  return Object.keys(fieldErrors).length > 0
}
