import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { engine } from '../database/engine.ts'
import { runProcess } from './process.ts'

/** The same program as `npm run faults`, as much of it as a test has time for. */
describe(`what goes wrong on ${engine} loses nothing`, { timeout: 110_000 }, () => {
  it('a server that is killed', async () => {
    const { DATABASE_URL, TMPDIR } = process.env
    const kill = ['e2e/faults/kill.ts', '--quick', '--rounds', '3']
    const { code, output } = await runProcess(kill, { DATABASE_URL, TMPDIR })
    assert.equal(code, 0, output)
  })
})
