/** Fastify's own compilers of schemas, except that each schema is compiled when something is first held against it. */
import buildAjv from '@fastify/ajv-compiler'
import buildStringify from '@fastify/fast-json-stringify-compiler'
import type { FastifySchemaCompiler, FastifySerializerCompiler, FastifyServerOptions } from 'fastify'
import { lazy } from '../text/memoize.ts'

type Factory = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>
type Validation = FastifySchemaCompiler<unknown>
type Serialization = FastifySerializerCompiler<unknown>
type Build<Compiler> = (...options: unknown[]) => Compiler

/** There are some hundreds, of which an hour needs a few: compiling them all was a sixth of a start. */
export function lazyCompilers(): Factory {
  const buildValidation = buildAjv() as unknown as Build<Validation>
  const buildSerialization = buildStringify() as unknown as Build<Serialization>
  return {
    buildValidator: (...options: unknown[]) => lazyValidation(lazy(() => buildValidation(...options))),
    buildSerializer: (...options: unknown[]) => lazySerialization(lazy(() => buildSerialization(...options))),
  } as Factory
}

function lazyValidation(compiler: () => Validation): Validation {
  return route => {
    const compiled = lazy(() => compiler()(route))
    const validate: ReturnType<Validation> = value => {
      const answer = compiled()(value)
      validate.errors = compiled().errors ?? null
      return answer
    }
    return validate
  }
}

function lazySerialization(compiler: () => Serialization): Serialization {
  return route => {
    const compiled = lazy(() => compiler()(route))
    return value => compiled()(value)
  }
}
