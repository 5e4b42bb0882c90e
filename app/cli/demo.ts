import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { environment, root } from '../config.ts'
import type { Command } from './command.ts'

const password = 'harbour-street'
const description = 'What Pellhaven says to itself: ferries, rain, bread, and one well-travelled cat.'

const demo: Command = {
  usage: '',
  summary: `Opens the site on a temporary database with a small example community.
Nothing is kept: the database goes when the demo stops.`,
  async run() {
    const folder = await mkdtemp(path.join(tmpdir(), 'microblog-demo-'))
    const own = { SITE_DESCRIPTION: description, ...environment }
    const env = { ...own, DATABASE_URL: `sqlite:${path.join(folder, 'demo.db')}`, LOG_LEVEL: 'error' }
    try {
      // A process opens one engine only. The demo always uses SQLite, so it runs in a process of its own.
      const args = ['app/cli/demo-server.ts', password]
      const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' })
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
      const [code] = await once(child, 'exit')
      process.exitCode = code ?? 0
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

export default demo
