/**
 * The shell is Node's own REPL, which brings top-level await, history and completion, with this project's names,
 * printer and error messages. At a terminal a person types; otherwise it is fed statement after statement.
 */
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import repl, { type REPLServer, type ReplOptions } from 'node:repl'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import { format } from 'node:util'
import { environment, root } from '../../config.ts'
import { completeInsideQueries } from './completion.ts'
import type { SqlLog } from './database.ts'
import { listOf, type Names } from './names.ts'
import { errorSentence, formatError, print } from './print.ts'
import { redact } from './redact.ts'
import type { Terminal } from './table.ts'

/** `output` gets the values, `errors` what goes wrong. */
type Streams = { input: Readable; output: Writable; errors: Writable }
export type Session = { names: Names; sqlLog: SqlLog; streams: Streams }

/** Lets a person type at a terminal until they leave. */
export async function runInteractive(session: Session): Promise<void> {
  const server = start(session, { terminal: true, prompt: 'microblog> ', breakEvalOnSigint: true })
  const exited = once(server, 'exit')
  // What was typed is kept in a file that git ignores; NODE_REPL_HISTORY names another, or '' for none.
  const file = environment['NODE_REPL_HISTORY'] ?? path.join(root, '.cache', 'shell_history')
  if (file) mkdirSync(path.dirname(file), { recursive: true })
  const { promise, resolve } = Promise.withResolvers<void>()
  // A file that cannot be opened is reported by Node; the shell works without a history.
  server.setupHistory(file, () => resolve())
  await promise
  await exited
}

/**
 * Runs statements one after the other; each may have several lines. Goes on after one that fails, and the
 * exit code tells.
 */
export async function runStatements(
  session: Session,
  statements: AsyncIterable<string> | string[],
): Promise<void> {
  // The REPL reads nothing itself: it would begin a line while the await of the one before is pending.
  const streams = { ...session.streams, input: new PassThrough() }
  const server = start({ ...session, streams }, { terminal: false, prompt: '' })
  const exited = once(server, 'exit')
  const isUnfinished = watchForUnfinished(server)
  for await (const statement of statements) {
    const { promise: asksForTheNext, resolve } = Promise.withResolvers<void>()
    server.displayPrompt = () => resolve()
    server.emit('line', statement)
    if (await Promise.race([exited, asksForTheNext])) break
  }
  if (isUnfinished()) fail(session, server, new SyntaxError('the code ends in the middle of a statement'))
  server.close()
  await exited
}

function start(session: Session, options: ReplOptions): REPLServer {
  const { input, output } = session.streams
  const server: REPLServer = repl.start({
    ...options,
    input,
    output,
    useGlobal: true,
    ignoreUndefined: true,
    // A preview would be printed by Node itself, which redacts nothing.
    preview: false,
    writer: value => print(value, terminalOf(server)),
    ...errorHandler(error => fail(session, server, error)),
  })
  for (const { name, value } of Object.values(session.names).flat())
    Object.defineProperty(server.context, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: true,
    })
  defineCommands(server, session)
  completeInsideQueries(server)
  replaceConsole(session.streams)
  process.on('uncaughtException', error => {
    if (server.terminal) output.write('\n')
    fail(session, server, error)
  })
  return server
}

/** A person at a terminal gets a window full; a file or a pipe gets everything. */
function terminalOf({ terminal, output, useColors: colors }: REPLServer): Terminal {
  const { columns = 80 } = output as { columns?: number }
  return terminal ? { colors, width: columns, rows: 100 } : { colors, width: Infinity, rows: Infinity }
}

/**
 * Node 24's REPL reports errors to a domain, which an option may replace; its own would print "Uncaught" and
 * a stack of internals. Later versions have no domains and call `handleError`.
 */
function errorHandler(report: (error: unknown) => void): object {
  const domain = {
    bind: <T>(evaluate: T) => evaluate,
    on: () => {},
    emit: (_: string, error: unknown) => report(error),
  }
  const handleError = (error: unknown) => {
    report(error)
    return 'ignore'
  }
  return { domain, handleError }
}

/** Prints the error and goes on. Without a terminal the exit code becomes 1, so that scripts notice. */
function fail({ streams }: Session, server: REPLServer, error: unknown): void {
  if (!server.terminal) process.exitCode = 1
  Object.assign(server, { lastError: error })
  streams.errors.write(`${server.terminal ? formatError(error, server.useColors) : errorSentence(error)}\n`)
  server.clearBufferedCommand()
  server.displayPrompt()
}

const commandHelp = `Commands
  .sql on | off  show each statement with its time
  .editor        type many lines; Ctrl+D runs them
  .exit          leave; so does Ctrl+D
  _ is the last value, _error the last error`

/** Adds .sql to the commands of Node's REPL, and a .help that lists what is loaded. */
function defineCommands(server: REPLServer, { names, sqlLog, streams }: Session): void {
  const command = (name: string, help: string, run: (rest: string) => string) =>
    server.defineCommand(name, {
      help,
      action(rest) {
        streams.output.write(`${run(rest.trim())}\n`)
        server.displayPrompt()
      },
    })
  command('help', 'List what is loaded', () => `${listOf(names, terminalOf(server).width)}\n\n${commandHelp}`)
  command('sql', 'Show each statement with its time: .sql on, .sql off', rest => {
    if (rest) sqlLog.enabled = rest === 'on'
    return sqlLog.enabled ? 'Statements are shown.' : 'Statements are not shown.'
  })
}

/** Makes `console.log` and its kind print like the shell: rows in brief, and never a hash. */
function replaceConsole({ output, errors }: Streams): void {
  const log =
    (stream: Writable) =>
    (...values: unknown[]) =>
      void stream.write(`${format(...values.map(value => redact(value)))}\n`)
  const table = (value: unknown) =>
    void output.write(`${print(value, { colors: false, width: Infinity, rows: Infinity })}\n`)
  const [out, err] = [log(output), log(errors)]
  Object.assign(console, { log: out, info: out, debug: out, dir: table, table, warn: err, error: err })
}

/** Tells whether the last statement needs more lines. Also explains a `$` that was lost in double quotes. */
function watchForUnfinished(server: REPLServer): () => boolean {
  const evaluate = server.eval
  let unfinished = false
  Object.assign(server, {
    eval: (
      code: string,
      ...[context, file, done]: [never, string, (...result: [Error | null, unknown]) => void]
    ) => {
      if (/\bdb\.\(/.test(code)) return done(new SyntaxError(lostDollar), undefined)
      evaluate.call(server, code, context, file, (...result) => {
        unfinished = result[0] instanceof repl.Recoverable
        done(...result)
      })
    },
  })
  return () => unfinished
}

const lostDollar =
  'in double quotes your command line took the $count of db.$count for a variable: use single quotes'
