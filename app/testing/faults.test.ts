import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { engine } from '../database/engine.ts'
import { runProcess } from './process.ts'

/** The same programs as `npm run faults`, as much of them as a test has time for. */
describe(`what goes wrong on ${engine} loses nothing`, { timeout: 110_000 }, () => {
  const faults = [
    ['a server that is killed', 'kill.ts', '--rounds', '3'],
    ['connections that break, dawdle or flood', 'network.ts'],
  ]
  for (const [name, script, ...words] of faults)
    it(`${name}`, async () => {
      const { DATABASE_URL, TMPDIR } = process.env
      const run = [`e2e/faults/${script}`, '--quick', ...words]
      const { code, output } = await runProcess(run, { DATABASE_URL, TMPDIR })
      assert.equal(code, 0, output)
    })
})
