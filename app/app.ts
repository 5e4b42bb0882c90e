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
import gracefulShutdown from './http/graceful-shutdown.ts'
import log from './http/log.ts'
import replica from './http/replica.ts'
import sameOrigin from './http/same-origin.ts'
import { schemaController } from './http/schema-compilers.ts'
import security from './http/security.ts'
import uploads from './http/uploads.ts'
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
import countSettings from './settings/limit.ts'
import preferences from './settings/preferences.ts'
import { openStorage, prepareStorage } from './storage/open.ts'
import type { Storage } from './storage/storage.ts'
import authentication from './tokens/authentication.ts'

declare module 'fastify' {
  interface FastifyInstance {
    config: Config
    db: Database
    /** The files of images. */
    storage: Storage
  }
}

/** Options for tests. */
export type AppOptions = DatabaseOptions &
  PageOptions & {
    logger?: FastifyServerOptions['logger']
    /** Milliseconds that shutdown waits for requests under way. */
    shutdownTimeoutMs?: number
    /** Of the in-process job worker; false: none. By default the configuration decides. */
    worker?: Partial<WorkerOptions> | false
    /** Further pages. */
    routes?: (app: FastifyInstance) => Promise<void>
    /** Called with every registered route. */
    onRoute?: (route: RouteOptions) => void
  }

/**
 * Builds the application on its database, ready for `listen` or `inject`. A process may build several; closing an
 * application closes its database.
 */
export async function buildApp(config: Config, options: AppOptions = {}): Promise<FastifyInstance> {
  const db = await openDatabase(config.database, options)
  const app = fastify(serverOptions(config, options))
  if (options.onRoute) app.addHook('onRoute', options.onRoute)
  for (const warning of config.warnings) app.log.warn(warning)
  app.decorate('config', config)
  app.decorate('db', db)
  const storage = openStorage(config.media)
  app.decorate('storage', storage)
  app.addHook('onReady', () => prepareStorage(storage, config.media, app.log))
  app.decorate('rateLimits', new RateLimits(config.rateLimits))
  app.addHook('onClose', () => db.close())
  app.register(gracefulShutdown, { timeoutMs: options.shutdownTimeoutMs ?? 5_000 })
  app.register(log)
  const { worker: workerOptions = config.worker === 'in-process' && {} } = options
  if (workerOptions) app.register(worker, { definitions: contributions.jobs, ...workerOptions })
  app.register(security)
  app.register(assets)
  for (const routes of contributions.machineRoutes) app.register(routes)
  app.register(openapi, contributions.api)
  app.register(api, { prefix: '/api', authentication, ...contributions.api })
  app.register(async scope => pages(scope, options))
  return app
}

/** The routes for people, with sessions, views and error pages. */
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
  app.register(uploads)
  app.register(countSettings)
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
    // Ten megabytes arrive within it at 0.7 Mbit/s.
    requestTimeout: 120_000,
    // No client needs longer between two reads, and a live stream sends something every 25 seconds.
    connectionTimeout: 120_000,
    forceCloseConnections: true,
    // During shutdown, requests on open connections are still answered (http/graceful-shutdown.ts).
    return503OnClosing: false,
    http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
    schemaController,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1_000 },
    // Strict, Ajv accepts the text 1e309 as an integer, because bounds do not apply to Infinity.
    ajv: { customOptions: { allErrors: true, verbose: true, strictNumbers: false, keywords: ['errorKey'] } },
    rewriteUrl: ({ url = '/' }) => decodable(url),
  } as FastifyServerOptions
}

/**
 * Fastify ignores a number, because a client that reaches the server directly could forge as many addresses. With a
 * number, the owner states that every request comes through the proxies.
 */
function trustedProxies({ trustProxy }: Config): FastifyServerOptions['trustProxy'] {
  return typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : trustProxy
}

/** Escapes the percent signs of a path that cannot be decoded, so that it gets the ordinary 404. */
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
