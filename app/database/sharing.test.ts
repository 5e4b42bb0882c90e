import assert from 'node:assert/strict'
import { it } from 'node:test'
import { sharing } from './sharing.ts'

/** Answers with how often it has been asked, when it is told to. */
function asked(patience: number) {
  const answers: ((error?: Error) => void)[] = []
  const ask = () => {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const times = answers.push(error => (error ? reject(error) : resolve(times)))
    return promise
  }
  return { answers, ask: sharing(ask, patience) }
}
const turn = () => new Promise(resolve => setImmediate(resolve))

it('gives whoever asks an answer that was begun after that, and all who wait the same', async () => {
  const { answers, ask } = asked(10_000)
  const first = ask()
  await turn()
  const others = [ask(), ask()]
  await turn()
  assert.equal(answers.length, 1)
  answers[0]?.()
  assert.equal(await first, 1)
  await turn()
  answers[1]?.()
  assert.deepEqual(await Promise.all(others), [2, 2])
})

it('does not wait for ever for an answer that does not come', async () => {
  const { answers, ask } = asked(5)
  void ask()
  await turn()
  const second = ask()
  while (answers.length < 2) await turn()
  answers[1]?.()
  assert.equal(await second, 2)
})

it('fails for those who shared an answer, and for nobody after them', async () => {
  const { answers, ask } = asked(5)
  const failing = [ask(), ask()]
  await turn()
  answers[0]?.(new Error('no'))
  for (const one of await Promise.allSettled(failing)) assert.equal(one.status, 'rejected')
  const next = ask()
  await turn()
  answers[1]?.()
  assert.equal(await next, 2)
})
