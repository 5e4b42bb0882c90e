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
import { UserError } from '../../config/user-error.ts'
import { environment, root } from '../../config.ts'
import type { Database } from '../../database/database.ts'
import { completeInsideQueries } from './completion.ts'
import type { SqlLog } from './database.ts'
import { closest } from './did-you-mean.ts'
import { helpOn } from './help.ts'
import { isContinuation, joinLines } from './lines.ts'
import type { Names } from './names.ts'
import { errorSentence, formatError, print } from './print.ts'
import { redact } from './redact.ts'
import type { Terminal } from './table.ts'

/** `output` gets the values, `errors` what goes wrong. */
type Streams = { input: Readable; output: Writable; errors: Writable }
export type Session = { db: Database; names: Names; sqlLog: SqlLog; streams: Streams }

/** Lets a person type at a terminal until they leave. */
export async function runInteractive(session: Session): Promise<void> {
  const server = start(session, { terminal: true, prompt: 'microblog> ', breakEvalOnSigint: true })
  const ended = feed(server, joinLines(takeLines(server), Object.keys(server.commands)))
  // What was typed is kept in a file that git ignores; NODE_REPL_HISTORY names another, or '' for none.
  const file = environment['NODE_REPL_HISTORY'] ?? path.join(root, '.cache', 'shell_history')
  if (file) mkdirSync(path.dirname(file), { recursive: true })
  // A file that cannot be opened is reported by Node; the shell works without a history.
  server.setupHistory(file, () => {})
  await ended
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
  takeLines(server)
  const commands = Object.keys(server.commands)
  await feed(server, Array.isArray(statements) ? statements : joinLines(statements, commands))
  if (server.isUnfinished)
    fail(session, server, new SyntaxError('the code ends in the middle of a statement'))
  server.close()
}

/** Keeps the REPL from running lines itself, except for those of its .editor, and hands them on. */
function takeLines(server: Shell): AsyncIterable<string> {
  const lines = new PassThrough({ objectMode: true })
  server.removeListener('line', server.runLine)
  server.on('line', line => (server.editorMode ? server.runLine(line) : lines.write(line)))
  server.on('exit', () => lines.end())
  return lines
}

/** Runs each statement when the REPL asks for it, until the REPL exits. */
async function feed(server: Shell, statements: AsyncIterable<string> | string[]): Promise<void> {
  const exited = once(server, 'exit')
  const { displayPrompt } = server
  for await (const statement of statements) {
    const { promise: asksForTheNext, resolve } = Promise.withResolvers<void>()
    server.displayPrompt = preserveCursor => {
      if (server.terminal) displayPrompt.call(server, preserveCursor)
      resolve()
    }
    server.runLine(server.isUnfinished ? statement : understood(statement, Object.keys(server.commands)))
    if (await Promise.race([exited, asksForTheNext])) return
  }
}

/** `exit` without its dot, and a line that goes on with the value before it. */
function understood(statement: string, commands: string[]): string {
  if (/^\s*(?:exit|quit)\s*(?:\(\s*\))?\s*;?\s*$/.test(statement)) return '.exit'
  const goesOn = /^\s*\??\./.test(statement) && isContinuation(statement, commands)
  return goesOn ? `await _${statement.trim()}` : statement
}

/** Node's REPL, and what this file adds to it. */
type Shell = REPLServer & {
  editorMode: boolean
  /** Runs a line as the REPL does when it is typed. */
  runLine: (line: string) => void
  /** Whether the last statement needs more lines. */
  isUnfinished: boolean
}

function start(session: Session, options: ReplOptions): Shell {
  const { input, output } = session.streams
  const server = repl.start({
    ...options,
    input,
    output,
    useGlobal: true,
    ignoreUndefined: true,
    // A preview would be printed by Node itself, which redacts nothing.
    preview: false,
    writer: value => print(value, terminalOf(server)),
    ...errorHandler(error => fail(session, server, error)),
  }) as Shell
  const [runLine] = server.listeners('line') as [Shell['runLine']]
  Object.assign(server, { runLine, isUnfinished: false })
  for (const { name, value } of Object.values(session.names).flat())
    Object.defineProperty(server.context, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: true,
    })
  defineCommands(server, session)
  completeInsideQueries(server)
  watchStatements(server)
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
function fail({ streams, names }: Session, server: Shell, thrown: unknown): void {
  const error = withSuggestion(thrown, names)
  if (!server.terminal) process.exitCode = 1
  Object.assign(server, { lastError: error })
  streams.errors.write(`${server.terminal ? formatError(error, server.useColors) : errorSentence(error)}\n`)
  server.clearBufferedCommand()
  server.displayPrompt()
}

/** A name that is not loaded, with the one that was probably meant. */
function withSuggestion(error: unknown, names: Names): unknown {
  const wanted = error instanceof Error && /^(\w+) is not defined$/.exec(error.message)?.[1]
  if (!wanted || error.name !== 'ReferenceError') return error
  const loaded = Object.values(names).flat()
  const meant = closest(
    wanted,
    loaded.map(({ name }) => name),
  )
  return meant ? new UserError(`${wanted} is not defined: did you mean ${meant}?`) : error
}

/** Adds .sql to the commands of Node's REPL, and a .help about what is loaded. */
function defineCommands(server: Shell, session: Session): void {
  const { names, sqlLog, streams } = session
  const command = (name: string, help: string, run: (rest: string) => string | Promise<string>) =>
    server.defineCommand(name, {
      help,
      async action(rest) {
        try {
          streams.output.write(`${await run(rest.trim())}\n`)
          server.displayPrompt()
        } catch (error) {
          fail(session, server, error)
        }
      },
    })
  command('help', 'Say what is loaded', topic => helpOn(topic, names, terminalOf(server).width))
  command('sql', 'Show statements: .sql on, .sql off. Read with SQL: .sql select …', async rest => {
    if (!/^(on|off|)$/.test(rest)) return print(await session.db.execute(rest), terminalOf(server))
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

/**
 * Notes whether a statement needs more lines, lets an expression that is undefined say so, and explains a `$` that was
 * lost in double quotes.
 */
function watchStatements(server: Shell): void {
  const evaluate = server.eval
  Object.assign(server, {
    eval: (
      code: string,
      ...[context, file, done]: [never, string, (...result: [Error | null, unknown]) => void]
    ) => {
      if (/\bdb\.\(/.test(code)) return done(new SyntaxError(lostDollar), undefined)
      Object.assign(server, { ignoreUndefined: isStatement.test(code) })
      evaluate.call(server, code, context, file, (...result) => {
        server.isUnfinished = result[0] instanceof repl.Recoverable
        done(...result)
      })
    },
  })
}

/** What is undefined without anything being missing. */
const isStatement =
  /^\s*(?:$|\/\/|\{|(?:const|let|var|function|async function|class|if|for|while|do|switch|try|throw|import|void)\b)|console\./

const lostDollar =
  'in double quotes your command line took the $count of db.$count for a variable: use single quotes'
