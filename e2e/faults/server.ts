/** The real server as a child that can be killed, stopped and started again where it was. */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { type Environment, root } from '../../app/config.ts'
import { freePort } from '../../app/testing/free-port.ts'
import { type Started, startFlags, startProcess } from '../../app/testing/process.ts'
import { isListening } from '../../app/testing/server.ts'

export type ServerOptions = { environment?: Environment; nodeArguments?: string[] }

export class Server {
  readonly port: number
  readonly url: string
  readonly #environment: Environment
  #child: Started | null = null
  /** What those that have ended had said. */
  #said = ''

  private constructor(port: number, environment: Environment) {
    this.port = port
    this.url = `http://127.0.0.1:${port}`
    this.#environment = environment
  }

  /** A server on a free port, not started yet. Allowances are off, commits are as durable as they come. */
  static async on(databaseUrl: string, environment: Environment = {}): Promise<Server> {
    const port = await freePort()
    const own = { HOST: '127.0.0.1', PORT: String(port), RATE_LIMITS: 'off', SQLITE_SYNCHRONOUS: 'FULL' }
    return new Server(port, { ...own, ...environment, DATABASE_URL: databaseUrl })
  }

  get pid(): number {
    return this.#child?.pid as number
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null
  }

  get output(): string {
    return this.#said + (this.#child?.output() ?? '')
  }

  /** Begins to start; `ready` says when it has. */
  spawn({ environment = {}, nodeArguments = [] }: ServerOptions = {}): void {
    this.#said = this.output
    this.#child = startProcess([...nodeArguments, ...startFlags(), `${root}/app/server.ts`], {
      ...this.#environment,
      ...environment,
    })
  }

  async start(options: ServerOptions = {}): Promise<this> {
    this.spawn(options)
    await this.ready()
    return this
  }

  async ready(within = 120_000): Promise<void> {
    const deadline = Date.now() + within
    while (!(this.#child && isListening(this.#child))) {
      if (!this.isRunning) throw new Error(`the server has ended: ${this.output}`)
      if (Date.now() > deadline) throw new Error(`the server did not start: ${this.output}`)
      await delay(10)
    }
  }

  isAlive(): Promise<boolean> {
    return fetch(`${this.url}/livez`, { signal: AbortSignal.timeout(5_000) }).then(
      ({ ok }) => ok,
      () => false,
    )
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.#child || !this.isRunning) return
    const gone = once(this.#child, 'close')
    this.#child.kill(signal)
    await gone
  }
}
