/** Every job that there is. What is declared in Jobs and missing here does not compile. */
import { deleteAccountJob } from '../accounts/jobs.ts'
import { exportJob } from '../exports/jobs.ts'
import { cleanupJob } from '../jobs/cleanup.ts'
import type { JobDefinition } from '../jobs/definition.ts'
import type { Jobs } from '../jobs/queue.ts'
import { mailJob } from '../mail/jobs.ts'
import { requestPasswordJob } from '../passwords/jobs.ts'
import { rebuildJob } from '../search-index/jobs.ts'

export type JobDefinitions = { [Name in keyof Jobs]: JobDefinition<Name> }

export const definitions: JobDefinitions = {
  'accounts.delete': deleteAccountJob,
  'exports.make': exportJob,
  'passwords.request': requestPasswordJob,
  'search.rebuild': rebuildJob,
  'jobs.clean': cleanupJob,
  mail: mailJob,
}
