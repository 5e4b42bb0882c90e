/** Questions at a terminal. */
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'

/** Whether a person sits there: a pipe cannot be asked. */
export function isAtTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY
}

/** Resolves to the line that is typed; empty after Ctrl+C or Ctrl+D. A prompt on the same terminal hears none of it. */
export async function ask(
  question: string,
  { input, output }: { input: Readable; output: Writable } = { input: process.stdin, output: process.stdout },
): Promise<string> {
  const { isRaw, setRawMode } = input as Partial<NodeJS.ReadStream>
  const listeners = input.listeners('keypress')
  input.removeAllListeners('keypress')
  const terminal = createInterface({ input, output, terminal: true })
  try {
    const closed = once(terminal, 'close').then(() => '')
    return await Promise.race([terminal.question(question), closed])
  } finally {
    terminal.close()
    for (const listener of listeners) input.on('keypress', listener as () => void)
    if (isRaw) setRawMode?.call(input, true)
    if (listeners.length > 0) input.resume()
  }
}

/** Whether the answer is yes. */
export async function askYesOrNo(question: string, streams?: Parameters<typeof ask>[1]): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(`${question} (yes or no) `, streams)).trim())
}
