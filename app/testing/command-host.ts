/**
 * A process that runs commands of app/cli.ts one after another, as `commands.ts` asks on its input, a line of JSON each:
 * loading what a command needs takes longer than what most of them do.
 */
import { createInterface } from 'node:readline'
import type { Environment } from '../config.ts'

const answer = process.stdout.write.bind(process.stdout)

for await (const line of createInterface({ input: process.stdin })) {
  const { words, variables } = JSON.parse(line) as { words: string[]; variables: Environment }
  answer(`${JSON.stringify(await run(words, variables))}\n`)
}

async function run(words: string[], variables: Environment): Promise<{ code: number; output: string }> {
  let output = ''
  process.stdout.write = process.stderr.write = (text: string | Uint8Array) => {
    output += Buffer.from(text as string).toString()
    return true
  }
  process.argv.splice(2, Infinity, ...words)
  process.exitCode = 0
  const before = { ...process.env }
  Object.assign(process.env, variables)
  // Another address is another module: it runs again, and what it imports is there already.
  await import(`../cli.ts?at=${performance.now()}`)
  for (const name of Object.keys(variables)) delete process.env[name]
  Object.assign(process.env, before)
  return { code: process.exitCode, output }
}
