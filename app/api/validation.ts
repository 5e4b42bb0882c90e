import buildAjv from '@fastify/ajv-compiler'
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'
import plugin from 'fastify-plugin'
import type { TSchema } from 'typebox'
import { type FieldErrors, fieldErrorsOf, hasFieldErrors } from '../http/forms.ts'
import type { LocaleKey } from '../locales/translate.ts'
import { lazy } from '../text/memoize.ts'
import {
  blankWrongTexts,
  type Field,
  isObject,
  normaliseTexts,
  type SchemaError,
  withNumbers,
  wrongFields,
} from './fields.ts'
import { FieldProblem } from './problems.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The judgement of the feature's form, for what a schema cannot say. */
    // biome-ignore lint/suspicious/noExplicitAny: each judges the body that its own schema describes
    validate?: (request: any) => FieldErrors
  }
}

/** What a schema found wrong, in the form in which fieldErrorsOf() reads it. */
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

/** No handler sees a body, a query or a path that its schema and its form's judgement do not approve of. */
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

/** Nothing is turned into something else, left out or filled in, and all that is wrong is told. */
const compileStrictly = lazy(() =>
  buildAjv()(
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
  ),
)

const inAddress = new Set<string | undefined>(['params', 'querystring'])

/** Bodies are taken literally ("7" is no number); what a URL holds is text, so there digits may be one. */
function validator({ schema: given, httpPart }: { schema: TSchema; httpPart?: string }) {
  const schema = httpPart === 'headers' ? inLowerCase(given) : given
  const compiled = lazy(() => compileStrictly()({ schema }))
  const { properties = {}, required } = schema as { properties?: Record<string, Field>; required?: string[] }
  return (given: unknown) => {
    // A body that has to say nothing may be left out.
    const sent = given === null && !required ? {} : given
    const value = inAddress.has(httpPart) ? withNumbers(given, properties) : sent
    const fields = httpPart === 'headers' ? new Map<string, LocaleKey>() : normaliseTexts(value)
    const errors = compiled()(value) ? [] : (compiled().errors as SchemaError[])
    for (const [name, errorKey] of wrongFields(errors, schema)) fields.set(name, errorKey)
    if (fields.size === 0) return { value }
    if (httpPart === 'body') blankWrongTexts(value, fields, properties)
    return { error: new InvalidRequest(fields) }
  }
}

/** Node.js knows headers by their names in lower case; the reference shows them as people write them. */
function inLowerCase(schema: TSchema): TSchema {
  const { properties } = schema as { properties?: Record<string, TSchema> }
  const entries = Object.entries(properties ?? {}).map(([name, field]) => [name.toLowerCase(), field])
  return { ...schema, properties: Object.fromEntries(entries) as Record<string, TSchema> }
}
