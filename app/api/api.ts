import type { FastifyInstance } from 'fastify'
import compression from '../http/compression.ts'
import { features } from '../registry/api.ts'
import { sharedSchemas } from '../registry/api-schemas.ts'
import authentication from '../tokens/authentication.ts'
import bodies from './bodies.ts'
import { methodsOf, refuseOtherMethods } from './methods.ts'
import negotiation from './negotiation.ts'
import problems from './problems.ts'
import resources from './resources.ts'
import validation from './validation.ts'

/**
 * What is made for programs: JSON in and out, a token instead of a cookie, and every answer described. Each
 * feature brings its own routes (its api.ts), on the same queries and checks as its pages.
 */
export default async function api(app: FastifyInstance) {
  app.register(problems)
  app.register(negotiation)
  app.register(authentication)
  app.register(compression)
  app.register(resources)
  app.register(bodies)
  app.register(validation)
  for (const schema of sharedSchemas) app.addSchema(schema)
  const methods = methodsOf(app)
  for (const feature of features) app.register(feature)
  app.register(async scope => refuseOtherMethods(scope, methods))
}
