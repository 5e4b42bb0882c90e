/** What `node --test` reports to the runner: how the tests ended, and how long each file took. */
import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'
import type { Tally } from './stages.ts'

export default async function* reporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0, failures: [], milliseconds: {} }
  const empty: string[] = []
  for await (const { type, data } of source) {
    if (data === undefined) continue
    const file = 'file' in data && data.file ? relative(process.cwd(), data.file) : ''
    const isFile = 'name' in data && data.name === file
    // A file without a test is reported as a test that passed, by the name of the file.
    if (type === 'test:pass' && isFile) empty.push(`${file} holds no test`)
    if (type === 'test:fail' && !isOfSubtests(data.details.error))
      tally.failures.push(`${file}: ${data.name}`)
    if (type === 'test:summary' && file) tally.milliseconds[file] = data.duration_ms
    if (type === 'test:summary' && !file) {
      // The types leave out `failed`.
      const { passed, failed, cancelled, skipped, todo } = data.counts as typeof data.counts & {
        failed: number
      }
      tally.passed = passed - empty.length
      tally.failed = failed + cancelled + empty.length
      tally.skipped = skipped + todo
    }
  }
  tally.failures.push(...empty)
  yield JSON.stringify(tally)
}

/** Whether something failed only because a test within it did, which is reported as well. */
function isOfSubtests(error: Error & { failureType?: string }): boolean {
  return error.failureType === 'subtestsFailed'
}
