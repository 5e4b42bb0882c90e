import { randomUUID } from 'node:crypto'
import fastify, { type FastifyInstance, type FastifyServerOptions, LogController } from 'fastify'
import accounts from './accounts/routes.ts'
import type { Config } from './config.ts'
import { type Database, type DatabaseOptions, openDatabase } from './database/database.ts'
import follows from './follows/routes.ts'
import passwords from './passwords/routes.ts'
import assets from './plugins/assets.ts'
import closing from './plugins/closing.ts'
import compression from './plugins/compression.ts'
import cookies from './plugins/cookies.ts'
import errors from './plugins/errors.ts'
import forms from './plugins/forms.ts'
import log from './plugins/log.ts'
import preferences from './plugins/preferences.ts'
import sameOrigin from './plugins/same-origin.ts'
import security from './plugins/security.ts'
import sessionOfRequest from './plugins/sessions.ts'
import views from './plugins/views.ts'
import posts from './posts/routes.ts'
import profiles from './profiles/routes.ts'
import sessions, { askToSignIn } from './sessions/routes.ts'
import settings from './settings/routes.ts'
import site from './site/routes.ts'
import timelines from './timelines/routes.ts'

declare module 'fastify' {
  interface FastifyInstance {
    config: Config
    db: Database
  }
}

/** What a test may watch or hurry. */
export type AppOptions = DatabaseOptions & {
  logger?: FastifyServerOptions['logger']
  /** Milliseconds that a stop waits for requests under way. */
  grace?: number
  /** More routes among the pages. */
  routes?: (app: FastifyInstance) => Promise<void>
}

/**
 * The whole application on one database of the process's engine, ready for `listen` or `inject`. It may be
 * built several times in a process; closing it closes its database.
 */
export async function buildApp(config: Config, options: AppOptions = {}): Promise<FastifyInstance> {
  const db = await openDatabase(config.database, options)
  const app = fastify(serverOptions(config, options))
  app.decorate('config', config)
  app.decorate('db', db)
  app.addHook('onClose', () => db.close())
  app.register(closing, { grace: options.grace ?? 5_000 })
  app.register(log)
  app.register(security)
  app.register(assets)
  app.register(site)
  app.register(async scope => pages(scope, options))
  return app
}

/** Everything that is made for a person. */
async function pages(app: FastifyInstance, { routes }: AppOptions) {
  app.register(cookies)
  app.register(sessionOfRequest, { askToSignIn })
  app.register(preferences)
  app.register(views)
  app.register(errors)
  app.register(compression)
  app.register(sameOrigin)
  app.register(forms)
  app.register(timelines)
  app.register(accounts)
  app.register(sessions)
  app.register(passwords)
  app.register(posts)
  app.register(profiles)
  app.register(follows)
  app.register(settings)
  if (routes) app.register(routes)
}

function serverOptions(config: Config, { logger }: AppOptions): FastifyServerOptions {
  return {
    logger: logger ?? { level: config.logLevel },
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    trustProxy: config.trustProxy,
    bodyLimit: 64 * 1024,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    // A post that was sent without a session travels through signing in as part of the way back.
    http: { maxHeaderSize: 64 * 1024 },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1_000 },
    ajv: { customOptions: { allErrors: true, verbose: true, keywords: ['complaint'] } },
    rewriteUrl: ({ url = '/' }) => decodable(url),
  } as FastifyServerOptions
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
