import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import type { Frame, Item } from '../live/stream.ts'
import { eventually } from './eventually.ts'

/** Reads the event stream of `/live` as a browser does: it reconnects with the id of the last event received. */
export class SseClient {
  readonly items: Item[] = []
  readonly #address: string
  readonly #cookie: string
  /** How many events brought the items, and how many heartbeats came between them. */
  frames = 0
  beats = 0
  lastId = ''
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

  /** Opens the stream where it was left, at `address` if another process is meant. */
  async open(
    path = '/live',
    { address = this.#address, ...headers }: Record<string, string> = {},
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const going = this.lastId && { 'last-event-id': this.lastId }
    this.#text = ''
    this.#request = get(
      address + path,
      { headers: { accept: 'text/event-stream', cookie: this.#cookie, ...going, ...headers }, agent: false },
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

  /** The items of a kind that have come so far. */
  of<Type extends Item['type']>(type: Type): Extract<Item, { type: Type }>[] {
    return this.items.filter(item => item.type === type) as Extract<Item, { type: Type }>[]
  }

  /** Resolves when so many items of a kind have come. */
  async until(type: Item['type'], count = 1): Promise<void> {
    await eventually(async () => this.of(type).length >= count)
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
    const [id, data] = [field('id'), field('data')]
    if (id === undefined || data === undefined) return
    this.frames++
    this.lastId = id
    this.items.push(...(JSON.parse(data) as Frame).items)
  }
}
