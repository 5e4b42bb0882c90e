import { execFile } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { type Engine, environment, root } from '../config.ts'
import { type Command, UsageError } from './command.ts'

const run = promisify(execFile)
const drizzleKit = path.join(root, 'node_modules/drizzle-kit/bin.cjs')
/** Nothing is opened: the URL only says which engine's migrations to compare. */
const urls: Record<Engine, string> = { sqlite: 'sqlite:app.db', postgresql: 'postgres://localhost/microblog' }

const checkSchema: Command = {
  usage: '',
  summary: 'Fails when the schema has changes that no migration has, on either engine.',
  async run() {
    const found = await Promise.all((Object.keys(urls) as Engine[]).map(explain))
    if (found.some(({ status }) => status !== 'no_changes')) {
      throw new UsageError(
        `the schema and its migrations differ:\n${found.map(({ text }) => text).join('\n')}`,
      )
    }
    console.log('The schema and the migrations of both engines agree.')
  },
}

/** `drizzle-kit check` exits 0 with drift, and so does this: what it prints is what counts. */
async function explain(engine: Engine): Promise<{ status: string | undefined; text: string }> {
  const env = { ...environment, DATABASE_URL: urls[engine] }
  const words = [drizzleKit, 'generate', '--explain', '--output', 'json']
  const { stdout } = await run(process.execPath, words, { cwd: root, env })
  const status = /"status"\s*:\s*"(\w+)"/.exec(stdout)?.[1]
  return { status, text: `${engine}: ${stdout.trim()}` }
}

export default checkSchema
