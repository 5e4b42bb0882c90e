/** What the benchmark uses of autocannon, which brings no types. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events'

  interface Request {
    method: 'GET' | 'POST'
    path: string
    headers: Record<string, string>
    body?: string
    setupRequest?: (request: Request) => Request
  }
  interface Options {
    url: string
    connections: number
    /** Seconds. */
    duration: number
    /** Seconds to wait for an answer. */
    timeout: number
    requests: Request[]
    /** Requests a second, over all connections. */
    overallRate?: number
    /** Requests to make, instead of a duration. */
    amount?: number
  }
  interface Result {
    errors: number
    timeouts: number
    /** Seconds. */
    duration: number
  }
  type Run = PromiseLike<Result> & EventEmitter<{ response: [unknown, number, number, number] }>
  export default function autocannon(options: Options): Run
}
