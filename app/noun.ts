import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import type { TSchema } from 'typebox'
import type { RetentionRule } from './database/retention.ts'
import type { JobDefinitions } from './jobs/definition.ts'
import type { RateLimit } from './limits/queries.ts'
import type { MailDefinitions } from './mail/mail.ts'

/** What whoever builds the application, such as a test, hands to the pages; a noun adds its own. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface PageOptions {}

/** What a folder of app/ contributes to the application: its index.ts says it, and registry/ puts all of it together. */
export type Noun = {
  /** Routes for people, who have a session, cookies, views and error pages. */
  pages?: FastifyPluginAsync<PageOptions>
  /** Routes for machines, which have none of that: feed readers, crawlers, monitors. */
  machineRoutes?: FastifyPluginAsync
  /** Routes of the API, and the schemas that they refer to by $id. */
  api?: FastifyPluginAsync
  schemas?: TSchema[]
  jobs?: Partial<JobDefinitions>
  mails?: Partial<MailDefinitions>
  limits?: RateLimit[]
  retention?: RetentionRule[]
  /** What every view may use, besides what http/views.ts gives it. */
  viewHelpers?(app: FastifyInstance): object
}

/** Keeps the names of jobs and mails in the type, by which registry/nouns.ts knows that none is missing. */
export function defineNoun<Definition extends Noun>(noun: Definition): Definition {
  return noun
}
