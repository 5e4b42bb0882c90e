/** What `node --test` reports to the runner: how the tests ended, and how long each file took. */
import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'
import { inspect } from 'node:util'
import { describeFailure, type Tally } from './stages.ts'

export default async function* reporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0, failures: [], milliseconds: {} }
  for await (const { type, data } of source) {
    if (type === 'test:pass' || type === 'test:fail') {
      const file = relative(process.cwd(), data.file ?? '')
      // A process without a test is reported as a test by the name of its file.
      const isTest = data.name !== file
      if (isTest && data.nesting === 0)
        tally.milliseconds[file] = (tally.milliseconds[file] ?? 0) + data.details.duration_ms
      if (type === 'test:fail' && !isOfSubtests(data.details.error))
        tally.failures.push(describeFailure(`${file}: ${data.name}`, inspect(data.details.error.cause)))
    } else if (type === 'test:summary' && !data.file) {
      // The types leave out `failed`.
      const { passed, failed, cancelled, skipped, todo } = data.counts as typeof data.counts & {
        failed: number
      }
      tally.passed = passed
      tally.failed = failed + cancelled
      tally.skipped = skipped + todo
    }
  }
  yield JSON.stringify(tally)
}

/** Whether something failed only because a test within it did, which is reported as well. */
function isOfSubtests(error: Error & { failureType?: string }): boolean {
  return error.failureType === 'subtestsFailed'
}
