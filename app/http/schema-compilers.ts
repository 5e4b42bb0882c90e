import buildValidators from '@fastify/ajv-compiler'
import buildSerializers, {
  type SerializerCompiler,
  type SerializerFactory,
} from '@fastify/fast-json-stringify-compiler'
import type { FastifyServerOptions } from 'fastify'

/**
 * What Fastify compiles schemas with. By itself it does so for each answer of each route, of which most are alike, and
 * again for each application of a process: half of the time in which one becomes ready. With a validator that is given,
 * Fastify no longer lowers the case of names in schemas of headers; only the API has such, and does so itself.
 */
export const schemaController: FastifyServerOptions['schemaController'] = {
  compilersFactory: { buildValidator: buildValidators(), buildSerializer: onceForAlike(buildSerializers()) },
}

/** Schemas are alike if their text is, and that of the shared ones, to which they refer. */
function onceForAlike(build: SerializerFactory): SerializerFactory {
  const compilers = new Map<string, SerializerCompiler>()
  return (shared, options) => {
    const context = JSON.stringify([shared, options])
    const compiler = compilers.get(context) ?? keepingEach(build(shared, options))
    compilers.set(context, compiler)
    return compiler
  }
}

function keepingEach(compile: SerializerCompiler): SerializerCompiler {
  const serializers = new Map<string, ReturnType<SerializerCompiler>>()
  return route => {
    const text = JSON.stringify(route.schema)
    const serializer = serializers.get(text) ?? compile(route)
    serializers.set(text, serializer)
    return serializer
  }
}
