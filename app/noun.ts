import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { TSchema } from 'typebox'
import type { RetentionRule } from './database/retention.ts'
import type { JobDefinitions } from './jobs/definition.ts'
import type { RateLimit } from './limits/queries.ts'
import type { MailDefinitions } from './mail/mail.ts'

/** Options of the pages, set by tests; a noun adds its own. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface PageOptions {}

/** The contributions of a noun, declared in its index.ts and collected in registry/. */
export type Noun = {
  /** Routes for people, with sessions, cookies, views and error pages. */
  pages?: FastifyPluginAsync<PageOptions>
  /** Routes for feed readers, crawlers and monitors, without sessions and views. */
  machineRoutes?: FastifyPluginAsync
  /** Routes of the API, and the schemas that they reference by $id. */
  api?: FastifyPluginAsync
  schemas?: TSchema[]
  /** Sections of the API's reference, with their titles. */
  apiTags?: Record<string, string>
  jobs?: Partial<JobDefinitions>
  mails?: Partial<MailDefinitions>
  limits?: RateLimit[]
  retention?: RetentionRule[]
  /** Functions for all views, besides those of http/views.ts. */
  viewHelpers?(app: FastifyInstance): object
}

/** Keeps the names of jobs and mails in the type, so that registry/nouns.ts compiles only when none is missing. */
export function defineNoun<Definition extends Noun>(noun: Definition): Definition {
  return noun
}
