import { fire } from './drive.ts'
import type { Site } from './processes.ts'
import type { Scenario } from './scenarios.ts'

export type Mixed = {
  /** Responses a second for 32 readers without writers, and beside as many writers as possible. */
  readingAlone: number
  reading: number
  /** Posts a second, acknowledged, beside those readers. */
  publishing: number
}

const readers = 32
const writers = 8

/** What writing costs those who read. */
export async function driveMixed(
  site: Site,
  { home, publish }: { home: Scenario; publish: Scenario },
  seconds: number,
): Promise<Mixed> {
  const read = () => fire(site, home, { seconds, connections: readers })
  const alone = await read()
  const [reading, publishing] = await Promise.all([
    read(),
    fire(site, publish, { seconds, connections: writers }),
  ])
  if (alone.failed + reading.failed + publishing.failed > 0) throw new Error('mixed: some requests failed')
  const rate = ({ times, duration }: Awaited<ReturnType<typeof fire>>) => times.length / duration
  return { readingAlone: rate(alone), reading: rate(reading), publishing: rate(publishing) }
}
