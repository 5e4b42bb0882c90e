import autocannon from 'autocannon'
import { cpuOf, memoryOf, type Server } from './processes.ts'
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
  /** Megabytes that the server holds afterwards. */
  resident: number
}
export type Load = {
  seconds: number
  connections: number
  /** The processes that serve the server's pool. */
  databasePids: () => Promise<number[]>
}

/** Drives a server with a scenario, after warming up: code is compiled and the pool is connected by then. */
export async function drive(server: Server, scenario: Scenario, load: Load): Promise<Figures> {
  await fire(server.url, scenario, { ...load, seconds: 2 })
  const pids = await load.databasePids()
  const work = () => Promise.all([cpuOf(server.pid), cpuOf(...pids)])
  const before = await work()
  const { times, failed, duration } = await fire(server.url, scenario, load)
  const after = await work()
  const perRequest = (which: 0 | 1) => (after[which] - before[which]) / times.length
  const at = (share: number) => times[Math.ceil(share * times.length) - 1] ?? Number.NaN
  const requestsPerSecond = times.length / duration
  const { resident } = await memoryOf(server.pid)
  const latency = { p50: at(0.5), p99: at(0.99) }
  return { requestsPerSecond, ...latency, cpu: perRequest(0), databaseCpu: perRequest(1), failed, resident }
}

/** Autocannon's own histogram knows whole milliseconds only, so each answer's time is noted. */
async function fire(url: string, { asks, status }: Scenario, { seconds, connections }: Load) {
  const times: number[] = []
  let unexpected = 0
  const run = autocannon({ url, connections, duration: seconds, timeout: 10, requests: asks })
  run.on('response', (...[, answered, , milliseconds]) => {
    times.push(milliseconds)
    if (answered !== status) unexpected++
  })
  const { errors, timeouts, duration } = await run
  return { times: times.sort((a, b) => a - b), failed: unexpected + errors + timeouts, duration }
}
