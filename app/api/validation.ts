import buildAjv from '@fastify/ajv-compiler'
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'
import plugin from 'fastify-plugin'
import type { TSchema } from 'typebox'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import type { LocaleKey } from '../locales/translate.ts'
import { FieldProblem } from './problems.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The validation of the feature's form, for what a schema cannot say. */
    // biome-ignore lint/suspicious/noExplicitAny: each validates the body that its own schema describes
    validate?: (request: any) => FieldErrors
  }
}

/** The schema of one field, as far as its error messages depend on it. */
type Field = { type?: string | string[]; errorKey?: LocaleKey; allOf?: Field[] }
type Fields = Record<string, Field>
/** An error of Ajv, with the part of the schema that it is about (`verbose`). */
type SchemaError = {
  keyword: string
  instancePath: string
  params: { missingProperty?: string; additionalProperty?: string }
  parentSchema?: Field
}

/** Handlers see no body, query or path that their schema or the feature's form refuses. */
export default plugin(async (app: FastifyInstance) => {
  app.setValidatorCompiler(validator as FastifySchemaCompiler<unknown>)
  app.addHook('onRoute', route => void (route.attachValidation = true))
  app.addHook('preHandler', async request => {
    const { validationError, routeOptions } = request
    const part = validationError?.validationContext
    if (validationError && part === 'params') throw validationError
    if (validationError && part !== 'body') throw new FieldProblem(400, fieldErrorsOf(request), part)
    if (validationError && !isObject(request.body)) throw new FieldProblem(422, fieldErrorsOf(request))
    const fieldErrors = (routeOptions.config.validate ?? fieldErrorsOf)(request)
    if (hasFieldErrors(fieldErrors)) throw new FieldProblem(422, fieldErrors)
  })
})

/** Reports all errors, and neither converts nor removes nor fills in anything. */
const compileStrictly = buildAjv()(
  {},
  {
    customOptions: {
      allErrors: true,
      verbose: true,
      coerceTypes: false,
      useDefaults: false,
      removeAdditional: false,
      keywords: ['errorKey'],
    },
  },
)

/**
 * A validator of one part of a route's requests. Bodies are taken literally ("7" is no number); in a URL everything is
 * text, so there digits may be a number.
 */
function validator({ schema: given, httpPart }: { schema: TSchema; httpPart?: string }) {
  const isHeaders = httpPart === 'headers'
  const isInUrl = httpPart === 'params' || httpPart === 'querystring'
  const schema = isHeaders ? inLowerCase(given) : given
  const validate = compileStrictly({ schema })
  const { properties = {}, required } = schema as { properties?: Fields; required?: string[] }
  return (given: unknown) => {
    // A body without required fields may be left out.
    const sent = given === null && !required ? {} : given
    const value = isInUrl ? withNumbers(given, properties) : sent
    const wrong = isHeaders ? new Map<string, LocaleKey>() : normalizeTexts(value)
    const errors = validate(value) ? [] : (validate.errors as SchemaError[])
    for (const [name, errorKey] of wrongFields(errors, properties)) wrong.set(name, errorKey)
    if (wrong.size === 0) return { value }
    if (httpPart === 'body' && isObject(value)) emptyFields(value, wrong.keys(), properties)
    return { error: new InvalidRequest(wrong) }
  }
}

/** Wrong texts become empty ones and wrong lists are left out: the form's own validation can look at the other fields. */
function emptyFields(value: Record<string, unknown>, wrong: Iterable<string>, fields: Fields): void {
  for (const name of wrong) {
    const field = fields[name] ?? {}
    if (isText(field)) value[name] = ''
    else if (field.type === 'array') delete value[name]
  }
}

/** Node.js gives headers in lower case; the reference shows them as people write them. */
function inLowerCase(schema: TSchema): TSchema {
  const { properties } = schema as { properties?: Record<string, TSchema> }
  const entries = Object.entries(properties ?? {}).map(([name, field]) => [name.toLowerCase(), field])
  return { ...schema, properties: Object.fromEntries(entries) as Record<string, TSchema> }
}

/** Digits become a number where the schema asks for a whole one. */
function withNumbers(value: unknown, fields: Fields): unknown {
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([name, text]) => {
    const isNumber = fields[name]?.type === 'integer' && /^\d{1,16}$/.test(String(text))
    return [name, isNumber ? Number(text) : text]
  })
  return Object.fromEntries(entries)
}

/** Line ends become `\n`. Returns the fields with characters that PostgreSQL or a reader's terminal would choke on. */
function normalizeTexts(value: unknown): Map<string, LocaleKey> {
  const wrong = new Map<string, LocaleKey>()
  if (!isObject(value)) return wrong
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') continue
    value[name] = text.replaceAll(/\r\n?/g, '\n')
    if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text.replaceAll(/[\r\n\t]/g, '')))
      wrong.set(name, 'api.control_characters')
  }
  return wrong
}

/** The first errorKey of each field; the empty name stands for the whole. */
function wrongFields(errors: SchemaError[], fields: Fields): Map<string, LocaleKey> {
  const wrong = new Map<string, LocaleKey>()
  for (const error of errors) {
    const { params, instancePath } = error
    const name = instancePath.split('/')[1] ?? params.missingProperty ?? params.additionalProperty ?? ''
    if (!wrong.has(name)) wrong.set(name, errorKeyFor(fields[name] ?? {}, error))
  }
  return wrong
}

function errorKeyFor(field: Field, { keyword, instancePath, parentSchema = {} }: SchemaError): LocaleKey {
  // One sentence says what a list looks like.
  if (field.type === 'array') return errorKeyOf(field) ?? 'forms.invalid'
  if (keyword === 'additionalProperties') return 'api.unknown_field'
  if (keyword === 'required') return errorKeyOf(field) ?? 'api.missing'
  if (instancePath === '') return 'api.not_object'
  if (keyword === 'type') return isText(field) ? 'api.must_be_text' : 'api.must_be_number'
  return errorKeyOf(parentSchema) ?? errorKeyOf(field) ?? 'forms.invalid'
}

/** The errorKey of a schema, or of the last of its parts that has one. */
function errorKeyOf({ errorKey, allOf = [] }: Field): LocaleKey | undefined {
  return errorKey ?? allOf.findLast(part => part.errorKey)?.errorKey
}

/** Also one that may be null. */
function isText({ type, allOf }: Field): boolean {
  return [type].flat().includes('string') || (allOf ?? []).some(isText)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A schema's errors, one a field, in the form in which fieldErrorsOf() reads them. */
class InvalidRequest extends Error {
  readonly validation: { instancePath: string; params: object; parentSchema: { errorKey: LocaleKey } }[]
  validationContext?: string
  constructor(fields: Map<string, LocaleKey>) {
    super('invalid')
    this.validation = [...fields].map(([name, errorKey]) => ({
      instancePath: name && `/${name}`,
      params: {},
      parentSchema: { errorKey },
    }))
  }
}
