/** The echo of `.sql on`: each statement when it has ended, with its time. */

/** Tells of a statement that begins; what it returns is to be called when it has ended. */
export type Watch = (sql: string) => (() => void) | undefined

export type StatementEcho = { on: boolean; watch: Watch }

/** An echo that is off until somebody turns it on; `write` gets one line a statement. */
export function statementEcho(write: (line: string) => void): StatementEcho {
  const echo: StatementEcho = {
    on: false,
    watch: sql => {
      if (!echo.on) return undefined
      const start = performance.now()
      return () => write(`${(performance.now() - start).toFixed(2).padStart(8)} ms  ${sql}`)
    },
  }
  return echo
}
