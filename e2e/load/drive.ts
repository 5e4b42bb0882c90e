import autocannon from 'autocannon'
import { cpuOf, type Server } from './processes.ts'
import type { Scenario } from './scenarios.ts'

export type Figures = {
  requestsPerSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
  /** Microseconds a request, of the server and of its database's own processes. */
  cpu: number
  databaseCpu: number
  /** Answers that were not what was asked for, errors and timeouts. */
  failed: number
}
export type Load = { seconds: number; connections: number; databasePids: number[] }

/** Drives a server with a scenario, after a second of warming up. */
export async function drive(server: Server, scenario: Scenario, load: Load): Promise<Figures> {
  await fire(server.url, scenario, { ...load, seconds: 1 })
  const work = () => Promise.all([cpuOf(server.pid), cpuOf(...load.databasePids)])
  const before = await work()
  const { times, failed, duration } = await fire(server.url, scenario, load)
  const after = await work()
  const perRequest = (which: 0 | 1) => (after[which] - before[which]) / times.length
  const at = (share: number) => times[Math.ceil(share * times.length) - 1] ?? Number.NaN
  const requestsPerSecond = times.length / duration
  return {
    requestsPerSecond,
    p50: at(0.5),
    p99: at(0.99),
    cpu: perRequest(0),
    databaseCpu: perRequest(1),
    failed,
  }
}

/** Autocannon's own histogram knows whole milliseconds only, so each answer's time is noted. */
async function fire(url: string, { asks, status }: Scenario, { seconds, connections }: Load) {
  const times: number[] = []
  let unexpected = 0
  const run = autocannon({ url, connections, duration: seconds, timeout: 10, requests: asks })
  run.on('response', (_client, answered, _bytes, milliseconds) => {
    times.push(milliseconds)
    if (answered !== status) unexpected++
  })
  const { errors, timeouts, duration } = await run
  return { times: times.sort((a, b) => a - b), failed: unexpected + errors + timeouts, duration }
}
