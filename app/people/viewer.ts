/** The person on whose behalf a request is made, and the routes that only such a person can reach. */
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RouteGenericInterface,
  RouteShorthandOptions,
} from 'fastify'
import { users } from '../database/schema.ts'
import { sql } from '../database/sql.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Open to visitors. Any other page asks them to sign in, and the API asks for a token. */
    public?: boolean
  }
  interface FastifyRequest {
    /** The person who is signed in, or for whom a program acts; null for a visitor. */
    viewer: Viewer | null
  }
}

/** What a person is on this site, which the policy asks for. */
export type Role = 'member'
export type Viewer = Pick<typeof users.$inferSelect, Exclude<keyof typeof viewerColumns, 'role'>> & {
  role: Role
}
/** Who looks at something; null is a visitor. */
export type AnyViewer = Pick<Viewer, 'id' | 'role'> | null

/** To be selected from `users` by the query that finds the owner of a session or a token. */
export const viewerColumns = {
  id: users.id,
  username: users.username,
  displayName: users.displayName,
  avatar: users.avatar,
  language: users.language,
  timeZone: users.timeZone,
  theme: users.theme,
  keyboardShortcuts: users.keyboardShortcuts,
  /** Who may quote what they write, unless they say otherwise. */
  quotesFrom: users.quotesFrom,
  /** Whether to remind them of pictures without a description. */
  altReminder: users.altReminder,
  homeReplies: users.homeReplies,
  homeReposts: users.homeReposts,
  createdAt: users.createdAt,
  /** Everybody is a member: there is no column yet. */
  role: sql<Role>`'member'`,
}

/** A request for a route that is not public: a hook (sessions/plugin.ts, tokens/authentication.ts) has refused visitors. */
export interface MemberRequest<Route extends RouteGenericInterface = RouteGenericInterface>
  extends FastifyRequest<Route> {
  viewer: Viewer
}

type Handler<Route extends RouteGenericInterface> = (
  request: MemberRequest<Route>,
  reply: FastifyReply,
) => unknown
type PrivateOptions = RouteShorthandOptions & { config?: { public?: never } }
type AddRoute = {
  <Route extends RouteGenericInterface>(url: string, handler: Handler<Route>): void
  <Route extends RouteGenericInterface>(url: string, options: PrivateOptions, handler: Handler<Route>): void
}
type MemberRoutes = Record<'get' | 'head' | 'post' | 'put' | 'patch' | 'delete', AddRoute>

/** Adds routes that visitors do not reach: the type refuses `public`, so a handler always has a viewer. */
export function memberRoutes(app: FastifyInstance): MemberRoutes {
  return app as unknown as MemberRoutes
}
