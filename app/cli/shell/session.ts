/**
 * Node's own REPL, which knows top-level await, history and completion, with our names, our printer and our
 * complaints. At a terminal a person types; otherwise it is fed statement after statement.
 */
import { once } from 'node:events'
import process from 'node:process'
import repl, { type REPLServer, type ReplOptions } from 'node:repl'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import { defineCommands } from './commands.ts'
import { completeInsideQueries } from './completion.ts'
import { replaceConsole } from './console.ts'
import { formatError, sentenceOf } from './format-error.ts'
import { keepHistory } from './history.ts'
import type { Names } from './names.ts'
import { print } from './print.ts'
import type { StatementEcho } from './statements.ts'
import { terminalFor } from './terminal.ts'

/** `output` gets the values, `errors` what goes wrong. */
export type Streams = { input: Readable; output: Writable; errors: Writable }
export type Session = { names: Names; echo: StatementEcho; streams: Streams }

/** Lets a person type at a terminal until they leave. */
export async function converse(session: Session): Promise<void> {
  const server = start(session, { terminal: true, prompt: 'microblog> ', breakEvalOnSigint: true })
  const left = once(server, 'exit')
  await keepHistory(server)
  await left
}

/**
 * Answers statements one after the other; each may have several lines. Goes on after one that fails, and
 * the exit code tells.
 */
export async function answer(session: Session, statements: AsyncIterable<string> | string[]): Promise<void> {
  // The REPL reads nothing itself: it would begin a line while the await of the one before is pending.
  const streams = { ...session.streams, input: new PassThrough() }
  const server = start({ ...session, streams }, { terminal: false, prompt: '' })
  const left = once(server, 'exit')
  const isUnfinished = watchForUnfinished(server)
  for await (const statement of statements) {
    if (await Promise.race([left, answered(server, statement)])) break
  }
  if (isUnfinished()) fail(session, server, new SyntaxError('the code ends in the middle of a statement'))
  server.close()
  await left
}

function start(session: Session, options: ReplOptions): REPLServer {
  const { input, output } = session.streams
  const server: REPLServer = repl.start({
    ...options,
    input,
    output,
    useGlobal: true,
    ignoreUndefined: true,
    // A preview would be Node's own, which knows nothing of what must not be shown.
    preview: false,
    writer: value => print(value, terminalFor(server)),
    ...errorsGoTo(error => fail(session, server, error)),
  })
  loadInto(server, session.names)
  defineCommands(server, session)
  completeInsideQueries(server)
  replaceConsole(session.streams)
  process.on('uncaughtException', error => {
    if (server.terminal) output.write('\n')
    fail(session, server, error)
  })
  return server
}

function loadInto({ context }: REPLServer, names: Names): void {
  for (const { name, value } of Object.values(names).flat())
    Object.defineProperty(context, name, { value, writable: true, configurable: true, enumerable: true })
}

/**
 * Node 24's REPL reports errors to a domain, which an option may replace; its own would print "Uncaught" and
 * a stack of internals. Later versions do without domains and ask `handleError`.
 */
function errorsGoTo(report: (error: unknown) => void): object {
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

/** At a terminal the next statement will do better; elsewhere nobody is there, and the exit code must say it. */
function fail({ streams }: Session, server: REPLServer, error: unknown): void {
  if (!server.terminal) process.exitCode = 1
  Object.assign(server, { lastError: error })
  streams.errors.write(`${server.terminal ? formatError(error, server.useColors) : sentenceOf(error)}\n`)
  server.clearBufferedCommand()
  server.displayPrompt()
}

/** Resolves when the REPL asks for more. */
function answered(server: REPLServer, statement: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.displayPrompt = () => resolve()
  server.emit('line', statement)
  return promise
}

/** Tells whether the last statement wanted more lines; and knows what became of a `$` in double quotes. */
function watchForUnfinished(server: REPLServer): () => boolean {
  const evaluate = server.eval
  let unfinished = false
  Object.assign(server, {
    eval: (
      code: string,
      ...[context, file, done]: [never, string, (...answer: [Error | null, unknown]) => void]
    ) => {
      if (/\bdb\.\(/.test(code)) return done(new SyntaxError(eatenDollar), undefined)
      evaluate.call(server, code, context, file, (...answer) => {
        unfinished = answer[0] instanceof repl.Recoverable
        done(...answer)
      })
    },
  })
  return () => unfinished
}

const eatenDollar =
  'in double quotes your command line took the $count of db.$count for a variable: use single quotes'
