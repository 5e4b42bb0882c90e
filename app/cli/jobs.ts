import { parseArgs } from 'node:util'
import type { Database } from '../database/database.ts'
import { cancelJob, countJobs, listJobs, retryJob } from '../jobs/queries.ts'
import { type Command, UsageError } from './command.ts'
import { withDatabase } from './with-database.ts'

type Action = (db: Database, id: number) => Promise<string | null>

const actions: Record<string, Action> = {
  retry: async (db, id) =>
    (await db.transaction(tx => retryJob(tx, id, new Date())))
      ? `Job ${id} is due again, with all its attempts.`
      : null,
  cancel: async (db, id) =>
    (await db.transaction(tx => cancelJob(tx, id, new Date()))) ? `Job ${id} is cancelled.` : null,
}

const jobs: Command = {
  usage: '[list | retry ID | cancel ID]',
  summary: `Lists, retries and cancels background jobs:
  list         how many jobs there are in each state, and those that are not done, with what went wrong
  retry ID     gives a parked or cancelled job all its attempts again
  cancel ID    stops a job that is waiting or running`,
  async run(args) {
    const { positionals } = parseArgs({ args, allowPositionals: true })
    const [verb = 'list', id = ''] = positionals
    const action = actions[verb]
    if (verb === 'list') return withDatabase(showJobs)
    if (!action || !/^\d{1,15}$/.test(id)) throw new UsageError(`usage: jobs ${jobs.usage}`)
    await withDatabase(async db => {
      const done = await action(db, Number(id))
      if (!done) throw new UsageError(`there is no job ${id} to ${verb}`)
      console.log(done)
    })
  },
}

async function showJobs(db: Database): Promise<void> {
  const counts = await countJobs(db)
  console.log(counts.map(({ state, count }) => `${count} ${state}`).join(', ') || 'There are no jobs.')
  for (const state of ['running', 'waiting', 'parked']) {
    for (const job of await listJobs(db, state, 20)) {
      const due = state === 'waiting' && job.dueAt ? `due ${job.dueAt.toISOString().slice(0, 19)}Z` : ''
      const columns = [job.id, state, job.name, `attempts: ${job.attempts}`, due, job.error ?? '']
      console.log(columns.filter(column => column !== '').join('\t'))
    }
  }
}

export default jobs
