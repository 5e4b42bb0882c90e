/** What all nouns contribute, put together. */
import type { FastifyInstance } from 'fastify'
import { oldLocks } from '../database/lock.ts'
import { cleanupJob } from '../jobs/cleanup.ts'
import type { JobDefinitions } from '../jobs/definition.ts'
import { mailJob } from '../mail/jobs.ts'
import type { MailDefinitions } from '../mail/mail.ts'
import type { Noun } from '../noun.ts'
import { nouns } from './nouns.ts'

const all: readonly Noun[] = nouns

export const pages = all.flatMap(({ pages }) => pages ?? [])
export const machineRoutes = all.flatMap(({ machineRoutes }) => machineRoutes ?? [])
export const api = {
  routes: all.flatMap(({ api }) => api ?? []),
  schemas: all.flatMap(({ schemas }) => schemas ?? []),
  tags: Object.assign({}, ...all.map(({ apiTags }) => apiTags)) as Record<string, string>,
}
export const limits = all.flatMap(({ limits }) => limits ?? [])
export const retention = [...all.flatMap(({ retention }) => retention ?? []), oldLocks]

export function viewHelpers(app: FastifyInstance): object {
  return Object.assign({}, ...all.map(noun => noun.viewHelpers?.(app)))
}

type Given<Part extends keyof Noun> = Extract<(typeof nouns)[number], Record<Part, unknown>>[Part]
type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never

/** All jobs or mails by name. Its type has the names that nouns give: without one that is declared, nothing compiles. */
function byName<Part extends 'jobs' | 'mails'>(part: Part) {
  return Object.assign({}, ...all.map(noun => noun[part])) as Intersection<Given<Part>>
}

export const mails: MailDefinitions = byName('mails')
export const jobs: JobDefinitions = {
  ...byName('jobs'),
  'jobs.clean': cleanupJob(retention),
  mail: mailJob(mails),
}
