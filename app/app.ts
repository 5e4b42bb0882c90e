import { randomUUID } from 'node:crypto'
import fastify, {
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
  type RouteOptions,
} from 'fastify'
import api from './api/api.ts'
import openapi from './api/openapi.ts'
import type { Config } from './config.ts'
import { type Database, type DatabaseOptions } from './database/database.ts'
import { openDatabase } from './database/open.ts'
import assets from './http/assets.ts'
import compression from './http/compression.ts'
import cookies from './http/cookies.ts'
import errors from './http/errors.ts'
import forms from './http/forms.ts'
import closing from './http/graceful-shutdown.ts'
import log from './http/log.ts'
import replica from './http/replica.ts'
import sameOrigin from './http/same-origin.ts'
import security from './http/security.ts'
import views from './http/views.ts'
import worker from './jobs/plugin.ts'
import type { WorkerOptions } from './jobs/worker.ts'
import { RateLimits } from './limits/limits.ts'
import type { PageOptions } from './noun.ts'
import freshness from './page-cache/freshness.ts'
import pageCache from './page-cache/plugin.ts'
import * as contributions from './registry/contributions.ts'
import sessionOfRequest from './sessions/plugin.ts'
import { askToSignIn } from './sessions/routes.ts'
import preferences from './settings/preferences.ts'
import authentication from './tokens/authentication.ts'

declare module 'fastify' {
  interface FastifyInstance {
    config: Config
    db: Database
  }
}

/** What a test may watch or hurry. */
export type AppOptions = DatabaseOptions &
  PageOptions & {
    logger?: FastifyServerOptions['logger']
    /** Milliseconds that a stop waits for requests under way. */
    grace?: number
    /** Whether it works on jobs; by default if the configuration says `in-process`. */
    worker?: Partial<WorkerOptions> | false
    /** More routes among the pages. */
    routes?: (app: FastifyInstance) => Promise<void>
    /** Hears of every route of the application. */
    onRoute?: (route: RouteOptions) => void
  }

/**
 * The whole application on one database of the process's engine, ready for `listen` or `inject`. It may be
 * built several times in a process; closing it closes its database.
 */
export async function buildApp(config: Config, options: AppOptions = {}): Promise<FastifyInstance> {
  const db = await openDatabase(config.database, options)
  const app = fastify(serverOptions(config, options))
  if (options.onRoute) app.addHook('onRoute', options.onRoute)
  for (const warning of config.warnings) app.log.warn(warning)
  app.decorate('config', config)
  app.decorate('db', db)
  app.decorate('rateLimits', new RateLimits(config.rateLimits))
  app.addHook('onClose', () => db.close())
  app.register(closing, { grace: options.grace ?? 5_000 })
  app.register(log)
  const { worker: work = config.worker === 'in-process' && {} } = options
  if (work) app.register(worker, { definitions: contributions.jobs, ...work })
  app.register(security)
  app.register(assets)
  for (const routes of contributions.machineRoutes) app.register(routes)
  app.register(openapi)
  app.register(api, { prefix: '/api', authentication, ...contributions.api })
  app.register(async scope => pages(scope, options))
  return app
}

/** Everything that is made for a person. */
async function pages(app: FastifyInstance, { routes, ...options }: AppOptions) {
  app.register(cookies)
  app.register(freshness)
  app.register(sessionOfRequest, { askToSignIn })
  app.register(replica)
  app.register(preferences)
  app.register(pageCache)
  app.register(views, { helpers: contributions.viewHelpers(app) })
  app.register(errors)
  app.register(compression)
  app.register(sameOrigin)
  app.register(forms)
  for (const pages of contributions.pages) app.register(pages, options)
  if (routes) app.register(routes)
}

function serverOptions(config: Config, { logger }: AppOptions): FastifyServerOptions {
  return {
    logger: logger ?? { level: config.logLevel },
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    trustProxy: trustedProxies(config),
    bodyLimit: 64 * 1024,
    requestTimeout: 30_000,
    // Nobody takes so long for a part of an answer, and a stream says something every 25 seconds.
    connectionTimeout: 120_000,
    forceCloseConnections: true,
    // While it stops, it answers whoever is in already (http/graceful-shutdown.ts).
    return503OnClosing: false,
    // A post that was sent without a session travels through signing in as part of the way back.
    http: { maxHeaderSize: 64 * 1024, headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1_000 },
    // Strict, Ajv lets the text 1e309 pass as a whole number: a bound does not apply to what is not finite.
    ajv: { customOptions: { allErrors: true, verbose: true, strictNumbers: false, keywords: ['errorKey'] } },
    rewriteUrl: ({ url = '/' }) => decodable(url),
  } as FastifyServerOptions
}

/**
 * With a number Fastify believes nobody, because whoever reaches the server directly could write as many
 * addresses. The owner who gives a number says that nobody does.
 */
function trustedProxies({ trustProxy }: Config): FastifyServerOptions['trustProxy'] {
  return typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : trustProxy
}

/** A path that cannot be decoded names nothing; with its percent signs escaped it gets the ordinary 404. */
function decodable(url: string): string {
  const [path = '', ...query] = url.split('?')
  if (!path.includes('%')) return url
  try {
    decodeURIComponent(path)
    return url
  } catch {
    return [path.replaceAll('%', '%25'), ...query].join('?')
  }
}
