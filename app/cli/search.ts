import { environment, publicDatabaseUrl, readConfig } from '../config.ts'
import { openWithoutTimeouts } from '../database/consistent-read.ts'
import { migrate } from '../database/migrations/migrations.ts'
import { rebuildIndex } from '../search/rebuild.ts'
import type { Command } from './command.ts'
import { progressBar } from './progress.ts'

const search: Command = {
  usage: '',
  summary: `Rebuilds the search index from the posts and people, while the site runs.
Searches stay complete meanwhile: a few hundred rows are replaced at a time. It can be stopped at any time.`,
  async run() {
    const { database } = readConfig(environment)
    await migrate(database)
    const db = await openWithoutTimeouts(database)
    const bar = progressBar(publicDatabaseUrl(database))
    try {
      const progress = (done: number, total: number) => bar.show(done / total, counted(done))
      const rows = await rebuildIndex({ db, transaction: db.transaction, progress })
      bar.clear()
      console.log(`Indexed ${counted(rows)}.`)
    } finally {
      bar.clear()
      await db.close()
    }
  },
}

function counted(rows: number): string {
  return `${rows.toLocaleString('en')} ${rows === 1 ? 'post or person' : 'posts and people'}`
}

export default search
