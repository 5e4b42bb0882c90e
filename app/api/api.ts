import type { FastifyInstance } from 'fastify'
import compression from '../http/compression.ts'
import { features } from '../registry/api.ts'
import { sharedSchemas } from '../registry/api-schemas.ts'
import authentication from '../tokens/authentication.ts'
import bodies from './bodies.ts'
import { allowedMethods, refuseOtherMethods } from './method-not-allowed.ts'
import negotiation from './negotiation.ts'
import { openapiRoute } from './openapi.ts'
import problems from './problems.ts'
import resources from './resources.ts'
import { LinksResource, ProblemResource } from './schemas.ts'
import validation from './validation.ts'

/**
 * The site for programs: JSON in and out, a token instead of a cookie, and every answer described. Each feature brings
 * its own routes (its api.ts), on the same queries and validation as its pages.
 */
export default async function api(app: FastifyInstance) {
  app.register(problems)
  app.register(negotiation)
  app.register(authentication)
  app.register(compression)
  app.register(resources)
  app.register(bodies)
  app.register(validation)
  for (const schema of [...sharedSchemas, LinksResource, ProblemResource]) app.addSchema(schema)
  const allowed = allowedMethods(app)
  app.register(openapiRoute)
  for (const feature of features) app.register(feature)
  app.register(async scope => refuseOtherMethods(scope, allowed))
}
