import { format } from 'node:util'
import { print } from './print.ts'
import { redact } from './redact.ts'
import type { Streams } from './session.ts'

/** Makes `console.log` and its kind print rows in brief and hashes not at all, as the shell does. */
export function replaceConsole({ output, errors }: Pick<Streams, 'output' | 'errors'>): void {
  const say =
    (stream: typeof output) =>
    (...parts: unknown[]) =>
      void stream.write(`${format(...parts.map(part => redact(part)))}\n`)
  const table = (value: unknown) =>
    void output.write(`${print(value, { colors: false, width: Infinity, rows: Infinity })}\n`)
  const [out, err] = [say(output), say(errors)]
  Object.assign(console, { log: out, info: out, debug: out, dir: table, table, warn: err, error: err })
}
