import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import type { LiveState } from '../live/stream.ts'
import { eventually } from './eventually.ts'

/** Reads the event stream of `/live` as a browser does. */
export class SseClient {
  /** What has been sent since the stream was opened. */
  readonly states: LiveState[] = []
  readonly #address: string
  readonly #cookie: string
  /** How many heartbeats have come. */
  beats = 0
  isOver = false
  response: IncomingMessage | undefined
  #request: ClientRequest | undefined
  #text = ''

  constructor(address: string, cookie: string) {
    this.#address = address
    this.#cookie = cookie
  }

  get isOpen(): boolean {
    return this.response !== undefined && !this.response.destroyed
  }

  /** What was sent last. */
  get state(): LiveState | undefined {
    return this.states.at(-1)
  }

  /** Opens the stream, at `address` if another process is meant. */
  async open(
    path = '/live',
    { address = this.#address, ...headers }: Record<string, string> = {},
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    this.#text = ''
    this.states.length = 0
    this.#request = get(
      address + path,
      { headers: { accept: 'text/event-stream', cookie: this.#cookie, ...headers }, agent: false },
      resolve,
    )
    this.#request.on('error', reject)
    this.response = await promise
    this.response.setEncoding('utf8').on('data', text => this.#read(text))
    this.response.on('error', () => {})
  }

  /** Drops the connection at once. */
  cut(): void {
    this.#request?.destroy()
  }

  /** Resolves when the state that was sent last is like that. */
  async until(isAsExpected: (state: LiveState) => boolean, within?: number): Promise<void> {
    await eventually(async () => this.state !== undefined && isAsExpected(this.state), within)
  }

  #read(text: string): void {
    const parts = (this.#text + text).split('\n\n')
    this.#text = parts.pop() ?? ''
    for (const part of parts) this.#take(part.split('\n'))
  }

  #take(lines: string[]): void {
    const field = (name: string) => lines.find(line => line.startsWith(`${name}: `))?.slice(name.length + 2)
    if (lines[0]?.startsWith(':')) this.beats++
    if (field('event') === 'over') this.isOver = true
    if (field('event') === 'state') this.states.push(JSON.parse(field('data') ?? '') as LiveState)
  }
}
