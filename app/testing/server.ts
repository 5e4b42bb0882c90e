import assert from 'node:assert/strict'
import { type Environment, root } from '../config.ts'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'
import { type Started, startProcess } from './process.ts'

/** The application as a process of its own, as `npm start` would have it. */
export type Server = { child: Started; address: string; port: number }

/** Starts one on a free port and waits until it listens; a busy machine takes its time. */
export async function startServer(environment: Environment): Promise<Server> {
  const port = await freePort()
  const settings = { HOST: '127.0.0.1', PORT: String(port), ...environment }
  const child = startProcess([`${root}/app/server.ts`], settings)
  const address = `http://127.0.0.1:${port}`
  const isDecided = async () => child.exitCode !== null || isListening(child)
  await eventually(isDecided, 60_000).catch(error => {
    // Otherwise the test would wait forever for its end.
    child.kill('SIGKILL')
    throw error
  })
  assert.equal(child.exitCode, null, child.output())
  return { child, address, port }
}

/** It says so when it does; to be refused by a port again and again takes as much CPU as a third of a start. */
export function isListening(child: Started): boolean {
  return child.output().includes(' is open at ')
}
