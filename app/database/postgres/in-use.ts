import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../config/user-error.ts'
import type { DatabaseConfig } from '../../config.ts'

/**
 * @throws UserError while a process of the site, or another command, is connected to the database of PostgreSQL. People
 * at psql and what watches the server may stay.
 */
export async function assertUnserved(config: DatabaseConfig): Promise<void> {
  if (config.engine !== 'postgresql') return
  const { connect } = await import('./database.ts')
  const client = connect(config, { max: 1 })
  try {
    // A connection that was closed a moment ago may still be listed.
    for (let tries = 0; tries < 5; tries++) {
      const others = await client`
        select pid from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()
          and application_name in ('microblog', ${config.session['application_name'] ?? 'microblog'})`
      if (others.length === 0) return
      await delay(200)
    }
  } finally {
    await client.end({ timeout: 5 })
  }
  throw new UserError('the database is in use: stop the site first, then try again')
}
