/**
 * A process that runs commands of app/cli.ts one after another, as `commands.ts` asks on its input, a line of JSON each:
 * loading what a command needs takes longer than what most of them do.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Environment, root } from '../config.ts'
import { filesRunBy } from './imports.ts'

const schema = path.join(root, 'app/database/schema.ts')
const onSchema = new Map<string, boolean>()
let version = ''

// A test may edit the schema of a copied project: what is built on it is then loaded again, under another address.
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    return isOnSchema(resolved.url) ? { ...resolved, url: `${resolved.url}?schema=${version}` } : resolved
  },
})

function isOnSchema(url: string): boolean {
  if (!url.startsWith('file:') || url.includes('/node_modules/')) return false
  const file = fileURLToPath(url)
  const known = onSchema.get(file) ?? filesRunBy(file).has(schema)
  onSchema.set(file, known)
  return known
}

// Each shell leaves one listener behind.
process.setMaxListeners(0)
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
  version = createHash('sha256').update(readFileSync(schema)).digest('hex')
  const before = { ...process.env }
  Object.assign(process.env, variables)
  // Another address is another module: it runs again, and what it imports is there already.
  await import(`../cli.ts?at=${performance.now()}`)
  for (const name of Object.keys(variables)) delete process.env[name]
  Object.assign(process.env, before)
  return { code: process.exitCode, output }
}
