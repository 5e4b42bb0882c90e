import process from 'node:process'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { type DatabaseConfig, environment, publicDatabaseUrl, readConfig } from '../config.ts'
import { migrationStatus } from '../database/migrations/migrations.ts'
import { openDatabase } from '../database/open.ts'
import { askYesOrNo, isAtTerminal } from './ask.ts'
import { type Command, shellWord, UsageError } from './command.ts'
import { createSqlLog, shellDatabase } from './shell/database.ts'
import { loadNames } from './shell/names.ts'
import { inspectRedacted } from './shell/redact.ts'
import { runInteractive, runStatements, type Session } from './shell/repl.ts'

const streams = { input: process.stdin, output: process.stdout, errors: process.stderr }

const shell: Command = {
  usage: "[-e 'CODE'] [--sql] [--yes]",
  summary: `Opens a JavaScript prompt on the configured database, with await, history and completion.
db, the tables, every query function and the operators are loaded; .help says what there is. The schema is not
migrated, and changes go inside db.transaction. A change of every row of a table is asked about first.
  -e, --eval CODE  prints the value of CODE and ends; use single quotes, or the command line eats the $ of db.$count
  --sql            shows each statement with its time, like .sql on
  --yes            changes every row of a table without asking
Statements may also come from a pipe. A script of your own opens the database without the shell:
  import { withDatabase } from './app/cli/with-database.ts'
  await withDatabase(async db => console.log(await db.query.users.findMany()))`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        eval: { type: 'string', short: 'e' },
        sql: { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
      },
    })
    if (positionals.length > 0)
      throw new UsageError(
        `the shell does not run files: node ${shellWord(String(positionals[0]))} does; see npm run shell -- --help`,
      )
    const { database } = readConfig(environment)
    await warnOfMigrations(database)
    const sqlLog = createSqlLog(line => void streams.errors.write(`${line}\n`))
    sqlLog.enabled = values.sql
    const db = await openDatabase(database, { onStatement: sqlLog.onStatement })
    try {
      await db.ping()
      const confirm = values.yes ? async () => true : askAtTerminal
      const guarded = shellDatabase(db, database, { sqlLog, confirm })
      const names = await loadNames(guarded)
      await run({ db: guarded, names, sqlLog, streams }, values.eval)
    } finally {
      await db.close()
    }
  },
}

/** The shell may look at a production database: it says which migrations are missing there, and applies none. */
async function warnOfMigrations(database: DatabaseConfig): Promise<void> {
  const states = (await migrationStatus(database)).map(({ state }) => state)
  const pending = states.filter(state => state === 'pending').length
  const url = publicDatabaseUrl(database)
  if (pending > 0)
    console.error(
      `${url} lacks ${pending} of the ${states.length} migrations: npm run db:migrate applies them`,
    )
  if (states.includes('deleted')) console.error(`${url} has migrations that were deleted from drizzle/`)
  if (states.includes('unknown')) console.error(`${url} was migrated by newer code than this`)
}

/** Only a person can mean it: a script says --yes. */
async function askAtTerminal(question: string): Promise<boolean> {
  return isAtTerminal() && askYesOrNo(question)
}

async function run(session: Session, code: string | undefined): Promise<void> {
  if (code !== undefined) return runStatements(session, [code])
  if (!isAtTerminal()) return runStatements(session, createInterface(process.stdin))
  const { database, tables, queries } = session.names
  console.log(`${inspectRedacted(database[0]?.value)}
${tables.length} tables and ${queries.length} query functions are loaded: .help says what there is. Ctrl+D leaves.`)
  return runInteractive(session)
}

export default shell
