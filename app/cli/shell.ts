import process from 'node:process'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { type DatabaseConfig, environment, publicDatabaseUrl, readConfig } from '../config.ts'
import { type Database, openDatabase } from '../database/database.ts'
import { migrationStatus } from '../database/migrations/migrations.ts'
import { type Command, UsageError } from './command.ts'
import { shellDatabase } from './shell/database.ts'
import { loadNames } from './shell/names.ts'
import { describe } from './shell/redact.ts'
import { answer, converse, type Session } from './shell/session.ts'
import { type StatementEcho, statementEcho } from './shell/statements.ts'

const streams = { input: process.stdin, output: process.stdout, errors: process.stderr }

const shell: Command = {
  usage: "[-e 'CODE'] [--sql]",
  summary: `Opens the configured database for a conversation in JavaScript, with await, history and completion.
Loaded are db, the tables, every feature's queries and the operators; .help lists them. The schema is left
as it is, and changes go inside db.transaction.
  -e, --eval CODE  prints the value of CODE and ends; in single quotes, for the sake of db.$count
  --sql            shows each statement with its time, like .sql on
Statements may come from a pipe, too. A script opens the database itself, without the server:
  import { withDatabase } from './app/cli/with-database.ts'
  await withDatabase(async db => console.log(await db.query.users.findMany()))`,
  async run(words) {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: { eval: { type: 'string', short: 'e' }, sql: { type: 'boolean', default: false } },
    })
    if (positionals.length > 0)
      throw new UsageError(
        `the shell runs no files: node ${positionals[0]} does; see npm run shell -- --help`,
      )
    const { database } = readConfig(environment)
    await tellOfMigrations(database)
    const echo = statementEcho(line => void streams.errors.write(`${line}\n`))
    echo.on = values.sql
    await withOpenDatabase(database, echo, session => talk(session, values.eval))
  },
}

/** A shell may look at somebody's production database: it says what is missing there, and changes nothing. */
async function tellOfMigrations(database: DatabaseConfig): Promise<void> {
  const states = (await migrationStatus(database)).map(({ state }) => state)
  const pending = states.filter(state => state === 'pending').length
  const place = publicDatabaseUrl(database)
  if (pending > 0)
    console.error(
      `${place} lacks ${pending} of the ${states.length} migrations: npm run db:migrate applies them`,
    )
  if (states.includes('unknown')) console.error(`${place} was migrated by newer code than this`)
}

async function withOpenDatabase(
  config: DatabaseConfig,
  echo: StatementEcho,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const db: Database = await openDatabase(config, { onStatement: echo.watch })
  try {
    await db.ping()
    await work({ names: await loadNames(shellDatabase(db, config, echo.watch)), echo, streams })
  } finally {
    await db.close()
  }
}

function talk(session: Session, code: string | undefined): Promise<void> {
  if (code !== undefined) return answer(session, [code])
  if (!process.stdin.isTTY || !process.stdout.isTTY) return answer(session, createInterface(process.stdin))
  console.log(welcome(session))
  return converse(session)
}

function welcome({ names }: Session): string {
  const { database, tables, queries } = names
  return `${describe(database[0]?.value)}
${tables.length} tables and ${queries.length} query functions are loaded: .help lists them. Ctrl+D leaves.`
}

export default shell
