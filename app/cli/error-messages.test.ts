import assert from 'node:assert/strict'
import { it } from 'node:test'
import { errorMessage } from './error-messages.ts'

it('a full disk is called one, on both engines', () => {
  for (const code of ['53100', 'SQLITE_FULL', 'ENOSPC'])
    assert.match(String(errorMessage(Object.assign(new Error('x'), { code }))), /the disk is full/)
})
