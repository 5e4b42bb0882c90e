import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withRetries } from '../../e2e/lighthouse/retries.ts'

describe('a run of Lighthouse that the browser loses', () => {
  const lost = new Error('the browser has closed')
  const failing = (failures: number) => {
    let runs = 0
    return async () => {
      if (++runs <= failures) throw lost
      return runs
    }
  }

  it('is tried again, after recovering, and fails at the third', async () => {
    const recovered: Error[] = []
    const recover = async (error: Error) => void recovered.push(error)
    assert.equal(await withRetries(failing(0), recover), 1)
    assert.equal(recovered.length, 0)
    assert.equal(await withRetries(failing(2), recover), 3)
    assert.deepEqual(recovered, [lost, lost])
    await assert.rejects(withRetries(failing(3), recover), lost)
  })
})
