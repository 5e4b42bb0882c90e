import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { REPLServer } from 'node:repl'
import { environment, root } from '../../config.ts'

/** Remembers what was typed in a file that git ignores; NODE_REPL_HISTORY names another, or '' for none. */
export async function keepHistory(server: REPLServer): Promise<void> {
  const file = environment['NODE_REPL_HISTORY'] ?? path.join(root, '.cache', 'shell_history')
  if (file) mkdirSync(path.dirname(file), { recursive: true })
  const { promise, resolve } = Promise.withResolvers<void>()
  // Without a file it says so and goes on: a shell without a memory is still a shell.
  server.setupHistory(file, () => resolve())
  await promise
}
