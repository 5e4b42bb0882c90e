import autocannon from 'autocannon'
import { cpuOf, memoryOf, type Site } from './processes.ts'
import type { Scenario } from './scenarios.ts'

export type Figures = {
  requestsPerSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
  /** The same at half of the rate that the server can take; NaN where it was not tried. */
  p99AtHalf: number
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
export async function drive(site: Site, scenario: Scenario, load: Load): Promise<Figures> {
  await fire(site, scenario, { ...load, seconds: 2 })
  const pids = await load.databasePids()
  const work = () => Promise.all([cpuOf(...site.pids), cpuOf(...pids)])
  const before = await work()
  const { times, failed, duration } = await fire(site, scenario, load)
  const after = await work()
  const perRequest = (which: 0 | 1) => (after[which] - before[which]) / times.length
  const at = (share: number) => times[Math.ceil(share * times.length) - 1] ?? Number.NaN
  const requestsPerSecond = times.length / duration
  const { resident } = await memoryOf(...site.pids)
  const latency = {
    p50: at(0.5),
    p99: at(0.99),
    p99AtHalf: await atHalf(site, scenario, { ...load, rate: requestsPerSecond / 2 }),
  }
  return { requestsPerSecond, ...latency, cpu: perRequest(0), databaseCpu: perRequest(1), failed, resident }
}

/** Saturated, a server's answers wait for each other; at half of that they show what it takes. */
async function atHalf(site: Site, scenario: Scenario, load: Load & { rate: number }): Promise<number> {
  if (scenario.status !== 200) return Number.NaN
  const { times } = await fire(site, scenario, {
    ...load,
    overallRate: Math.max(1, Math.round(load.rate)),
  })
  return times[Math.ceil(0.99 * times.length) - 1] ?? Number.NaN
}

type Fire = {
  seconds: number
  connections: number
  overallRate?: number | undefined
  amount?: number | undefined
}

type Fired = { times: number[]; failed: number; duration: number }

/** Each process of the site gets its share at the same time. */
export async function fire({ urls }: Site, scenario: Scenario, load: Fire): Promise<Fired> {
  const share = (total: number | undefined) => total && Math.max(1, Math.round(total / urls.length))
  const each = {
    ...load,
    connections: share(load.connections) as number,
    overallRate: share(load.overallRate),
    amount: share(load.amount),
  }
  const all = await Promise.all(urls.map(url => fireAt(url, scenario, each)))
  return {
    times: all.flatMap(({ times }) => times).sort((a, b) => a - b),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
    duration: Math.max(...all.map(({ duration }) => duration)),
  }
}

/** Autocannon's own histogram knows whole milliseconds only, so each answer's time is noted. */
async function fireAt(url: string, { asks, status }: Scenario, load: Fire): Promise<Fired> {
  const { seconds, connections, overallRate, amount } = load
  const times: number[] = []
  let unexpected = 0
  const bounds = { ...(overallRate && { overallRate }), ...(amount && { amount }) }
  const run = autocannon({ url, connections, duration: seconds, timeout: 10, requests: asks, ...bounds })
  run.on('response', (...[, answered, , milliseconds]) => {
    times.push(milliseconds)
    if (answered !== status) unexpected++
  })
  const { errors, timeouts, duration } = await run
  return { times, failed: unexpected + errors + timeouts, duration }
}
