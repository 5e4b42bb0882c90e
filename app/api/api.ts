import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { TSchema } from 'typebox'
import compression from '../http/compression.ts'
import bodies from './bodies.ts'
import { allowedMethods, refuseOtherMethods } from './method-not-allowed.ts'
import negotiation from './negotiation.ts'
import problems from './problems.ts'
import resources from './resources.ts'
import validation from './validation.ts'

type ApiOptions = { authentication: FastifyPluginAsync; routes: FastifyPluginAsync[]; schemas: TSchema[] }

/**
 * The site for programs: JSON in and out, a token instead of a cookie, and every answer described. Each feature brings
 * its own routes (its api.ts), on the same queries and validation as its pages.
 */
export default async function api(app: FastifyInstance, { authentication, routes, schemas }: ApiOptions) {
  app.register(problems)
  app.register(negotiation)
  app.register(authentication)
  app.register(compression)
  app.register(resources)
  app.register(bodies)
  app.register(validation)
  for (const schema of schemas) app.addSchema(schema)
  const allowed = allowedMethods(app)
  for (const route of routes) app.register(route)
  app.register(async scope => refuseOtherMethods(scope, allowed))
}
