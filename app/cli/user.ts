import { parseArgs } from 'node:util'
import { deleteNow } from '../accounts/jobs.ts'
import { listAccounts } from '../accounts/queries.ts'
import type { Database } from '../database/database.ts'
import { createPasswordReset } from '../passwords/queries.ts'
import { findPerson } from '../profiles/queries.ts'
import { hashToken, newToken } from '../security/tokens.ts'
import { endSessionsOf } from '../sessions/queries.ts'
import { type Command, UsageError } from './command.ts'
import { withDatabase } from './with-database.ts'

type Action = (db: Database, person: { id: number; username: string }, publicUrl: string) => Promise<string>

const actions: Record<string, Action> = {
  'reset-link': async (db, { id, username }, publicUrl) => {
    const token = newToken()
    await db.transaction(tx =>
      createPasswordReset(tx, { tokenHash: hashToken(token), userId: id }, new Date()),
    )
    return `${publicUrl}/passwords/${token}\nWith this link ${username} can choose a new password, once, within an hour.`
  },
  'sign-out': async (db, { id, username }) => {
    await db.transaction(tx => endSessionsOf(tx, id))
    return `${username} is signed out everywhere.`
  },
  delete: async (db, { id, username }) => {
    await deleteNow(db, id)
    return `Deleted ${username} and everything they had here.`
  },
}

/** Former spellings: they work for one more release, with a note. */
const former: Record<string, string> = { 'password-link': 'reset-link' }

const user: Command = {
  usage: 'list | reset-link NAME | sign-out NAME | delete NAME --yes',
  summary: `Manages accounts:
  list                  all users: id, username, email address, date of sign-up
  reset-link NAME       prints a link to choose a new password, for someone who forgot theirs
  sign-out NAME         ends all their sessions
  delete NAME --yes     deletes the account with its posts, follows and sessions`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { yes: { type: 'boolean' } },
    })
    const [typed = '', name] = positionals
    const verb = former[typed] ?? typed
    if (verb !== typed)
      console.error(`user ${typed} is now user ${verb}; the old spelling goes with the next release`)
    const action = actions[verb]
    if (verb === 'list')
      return withDatabase(async db => {
        for (const { id, username, email, createdAt } of await listAccounts(db))
          console.log([id, username, email, createdAt.toISOString().slice(0, 10)].join('\t'))
      })
    if (!action || !name) throw new UsageError(`usage: user ${user.usage}`)
    if (verb === 'delete' && !values.yes)
      throw new UsageError(`this deletes the account ${name} and everything in it: add --yes to confirm`)
    await withDatabase(async (db, config) => {
      const person = await findPerson(db, name)
      if (!person) throw new UsageError(`there is no user "${name}"`)
      console.log(await action(db, person, config.publicUrl))
    })
  },
}

export default user
