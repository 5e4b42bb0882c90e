/** What a line that begins with a dot does, besides what Node's REPL knows. */
import type { REPLServer } from 'node:repl'
import { listOf } from './names.ts'
import type { Session } from './session.ts'
import { terminalFor } from './terminal.ts'

const ours = `Commands
  .sql on | off  show each statement with its time
  .editor        type many lines; Ctrl+D runs them
  .exit          leave; so does Ctrl+D
  _ is the last value, _error the last error`

export function defineCommands(server: REPLServer, { names, echo, streams }: Session): void {
  const command = (name: string, help: string, reply: (rest: string) => string) =>
    server.defineCommand(name, {
      help,
      action(rest) {
        streams.output.write(`${reply(rest.trim())}\n`)
        server.displayPrompt()
      },
    })
  command('help', 'List what is loaded', () => `${listOf(names, terminalFor(server).width)}\n\n${ours}`)
  command('sql', 'Show each statement with its time: .sql on, .sql off', rest => {
    if (rest) echo.on = rest === 'on'
    return echo.on ? 'Statements are shown.' : 'Statements are not shown.'
  })
}
