/**
 * People who use a site while something happens to it. Each does one thing after the other, and like a person who
 * sees an error page sends the same form again until it went through. A journal holds what the site has promised.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createAccount } from '../../app/accounts/queries.ts'
import { mulberry32, type Random } from '../../app/cli/seed/random.ts'
import type { DatabaseConfig } from '../../app/config.ts'
import { openDatabase } from '../../app/database/open.ts'
import { hashPassword } from '../../app/security/passwords.ts'
import { hashToken } from '../../app/security/tokens.ts'
import { type Reply, Visitor } from './visitor.ts'

/** Something written once: when it was first sent, and when the site said that it has it. */
export type Written = { begunAt: number; promisedAt: number | null }

export type Journal = {
  /** By their words, each of which is written by one person once. */
  posts: Map<string, Written>
  messages: Map<string, Written>
  /** `a b` → whether a follows b, as it was promised last. */
  follows: Map<string, boolean>
  /** `a 7` → whether a likes or has reposted post 7, as it was promised last. */
  likes: Map<string, boolean>
  reposts: Map<string, boolean>
  /** By the hash of their token: whether it was promised that they are open, or that they have ended. */
  sessions: Map<string, 'open' | 'ended'>
  /** Names of those who asked for their export. */
  exports: Set<string>
  /** Responses that are wrong after any fault. */
  unexpected: string[]
  /** How often the site could not be reached, or said that it cannot just now; and its slowest answer that came. */
  failures: number
  /** What failed last, and why. */
  lastFailure: string
  slowest: number
}

export const password = 'tea at the harbour'
/** The last two never open their messages, so that what is unread can be counted. */
const people = ['susan', 'john', 'david', 'mary', 'ada', 'grace', 'alan', 'edith'] as const
const quiet = ['alan', 'edith']

export function isQuiet(name: string): boolean {
  return quiet.includes(name)
}

/** Adds the accounts that `Load` uses to a migrated database. */
export async function addPeople(config: DatabaseConfig): Promise<void> {
  const db = await openDatabase(config)
  const passwordHash = await hashPassword(password)
  await db.transaction(async tx => {
    for (const username of people) {
      const account = { username, email: `${username}@example.com`, passwordHash, language: null }
      await createAccount(tx, account, new Date())
    }
  })
  await db.close()
}

/** The browser of one of these people, who has just signed in. */
export async function signedIn(address: string | (() => string), name: string): Promise<Visitor> {
  const visitor = new Visitor(address)
  const { status } = await visitor.post('/sign-in', { identifier: name, password, keep: 'on' })
  if (status !== 303) throw new Error(`${name} could not sign in: ${status}`)
  return visitor
}

/** More often, those who wait would take the CPU from a server that starts. */
export const retryAfterMs = 200

export class Load {
  readonly journal: Journal = {
    posts: new Map(),
    messages: new Map(),
    follows: new Map(),
    likes: new Map(),
    reposts: new Map(),
    sessions: new Map(),
    exports: new Set(),
    unexpected: [],
    failures: 0,
    lastFailure: '',
    slowest: 0,
  }
  readonly address: () => string
  readonly random: Random
  isOver = false
  /** A job that is killed is taken up again after half a minute: a quick load has none. */
  readonly hasJobs: boolean
  /** Posts that somebody has seen on Explore, which can be answered, quoted, liked and reposted. */
  seen: number[] = []
  #running: Promise<unknown> = Promise.resolve()

  constructor(address: string | (() => string), { seed = 1, hasJobs = true } = {}) {
    this.address = typeof address === 'string' ? () => address : address
    this.random = mulberry32(seed)
    this.hasJobs = hasJobs
  }

  start(): this {
    this.#running = Promise.all(people.map(name => new Member(name, this).live()))
    return this
  }

  /** Lets everybody finish what they are doing; the site must be up. */
  async stop(): Promise<void> {
    this.isOver = true
    await this.#running
  }

  get promised(): number {
    const { posts, messages } = this.journal
    return [...posts.values(), ...messages.values()].filter(({ promisedAt }) => promisedAt !== null).length
  }
}

class Member {
  readonly #name: string
  readonly #load: Load
  #visitor: Visitor
  #written = 0

  constructor(name: string, load: Load) {
    this.#name = name
    this.#load = load
    this.#visitor = new Visitor(load.address)
  }

  async live(): Promise<void> {
    await this.#signIn()
    while (!this.#load.isOver) {
      await this.#doSomething(this.#load.random())
      await delay(this.#load.random() * 10)
    }
  }

  #doSomething(chance: number): Promise<unknown> {
    if (chance < 0.25) return this.#post()
    if (chance < 0.35) return this.#reply()
    if (chance < 0.4) return this.#quote()
    if (chance < 0.6) return this.#toggle(this.#load.random() < 0.7 ? 'like' : 'repost')
    if (chance < 0.72) return this.#message()
    if (chance < 0.82) return this.#toggleFollow()
    if (chance < 0.9) return isQuiet(this.#name) ? this.#look('/') : this.#look(`/messages/@${this.#other()}`)
    if (chance < 0.94) return this.#lookAround()
    if (chance < 0.96) return this.#signIn()
    if (chance < 0.98) return this.#signOut()
    return this.#load.hasJobs ? this.#export() : this.#look('/')
  }

  #other(): string {
    const others = people.filter(name => name !== this.#name)
    return others[Math.floor(this.#load.random() * others.length)] as string
  }

  /** One in five is not sent again if it fails: it may be there or not, but not twice. */
  async #post(): Promise<void> {
    const n = ++this.#written
    const body = `word${this.#name}${n} about #tag${n % 7} for @${this.#other()}`
    const tries = this.#load.random() < 0.2 ? 1 : Infinity
    await this.#write(this.#load.journal.posts, body, { path: '/posts', tries })
  }

  /** Some of the newest posts, so that several people do something with the same one. */
  #somePost(): number | undefined {
    const { seen, random } = this.#load
    return seen[Math.floor(random() * Math.min(seen.length, 8))]
  }

  async #reply(): Promise<void> {
    const id = this.#somePost()
    if (id === undefined) return this.#lookAround()
    const body = `answer ${this.#name} ${++this.#written}`
    await this.#write(this.#load.journal.posts, body, { path: `/posts/${id}/replies`, tries: Infinity })
  }

  async #quote(): Promise<void> {
    const id = this.#somePost()
    if (id === undefined) return this.#lookAround()
    const body = `quote ${this.#name} ${++this.#written}`
    const form = { quote: String(id) }
    await this.#write(this.#load.journal.posts, body, { path: '/posts', tries: Infinity, form })
  }

  async #toggle(verb: 'like' | 'repost'): Promise<void> {
    const id = this.#somePost()
    if (id === undefined) return this.#lookAround()
    const done = this.#load.journal[`${verb}s`]
    const wanted = !done.get(`${this.#name} ${id}`)
    const path = `/posts/${id}/${verb}${wanted ? '' : '/delete'}`
    if (await this.#insist(`POST ${path}`, () => this.#visitor.post(path)))
      done.set(`${this.#name} ${id}`, wanted)
  }

  async #lookAround(): Promise<void> {
    const read = async () => {
      const reply = await this.#visitor.get('/explore')
      const ids = [...reply.text.matchAll(/id="post-(\d+)"/g)].map(([, id]) => Number(id))
      if (reply.status === 200) this.#load.seen = ids
      return reply
    }
    await this.#insist('GET /explore', read, 1)
  }

  async #message(): Promise<void> {
    const body = `message ${this.#name} ${++this.#written}`
    await this.#write(this.#load.journal.messages, body, {
      path: `/messages/@${this.#other()}`,
      tries: Infinity,
    })
  }

  async #write(
    journal: Map<string, Written>,
    body: string,
    { path, tries, form: beside = {} }: { path: string; tries: number; form?: Record<string, string> },
  ): Promise<void> {
    const written: Written = { begunAt: performance.now(), promisedAt: null }
    journal.set(body, written)
    const form = { ...beside, body, submission: randomUUID() }
    if (await this.#insist(`POST ${path}`, () => this.#visitor.post(path, form), tries))
      written.promisedAt = performance.now()
  }

  async #toggleFollow(): Promise<void> {
    const { follows } = this.#load.journal
    const other = this.#other()
    const key = `${this.#name} ${other}`
    const wanted = !follows.get(key)
    const path = `/@${other}/follow${wanted ? '' : '/delete'}`
    if (await this.#insist(`POST ${path}`, () => this.#visitor.post(path))) follows.set(key, wanted)
  }

  async #look(path: string): Promise<void> {
    await this.#insist(`GET ${path}`, () => this.#visitor.get(path), 1)
  }

  /** The session of before stays open, as that of another browser. */
  async #signIn(): Promise<void> {
    const visitor = new Visitor(this.#load.address)
    const form = { identifier: this.#name, password, keep: 'on' }
    await this.#insist('POST /sign-in', () => visitor.post('/sign-in', form))
    this.#load.journal.sessions.set(this.#session(visitor), 'open')
    this.#visitor = visitor
  }

  async #signOut(): Promise<void> {
    const session = this.#session(this.#visitor)
    await this.#insist('POST /sign-out', () => this.#visitor.post('/sign-out'))
    this.#load.journal.sessions.set(session, 'ended')
    await this.#signIn()
  }

  async #export(): Promise<void> {
    this.#load.journal.exports.add(this.#name)
    await this.#insist('POST /exports', () => this.#visitor.post('/exports'))
  }

  #session({ cookies }: Visitor): string {
    return hashToken(String(cookies.get('session')))
  }

  /** Sends something until it went through; false if it did not in so many tries. */
  async #insist(what: string, send: () => Promise<Reply>, tries = Infinity): Promise<boolean> {
    const { journal } = this.#load
    for (let n = 0; n < tries; n++) {
      const reply = await send().catch((error: Error) => {
        journal.lastFailure = `${what}: ${error.cause instanceof Error ? error.cause.message : error.message}`
        return null
      })
      if (reply) journal.slowest = Math.max(journal.slowest, reply.milliseconds)
      if (reply && (reply.status === 303 || reply.status === 200)) return true
      if (reply && reply.status !== 503) {
        journal.unexpected.push(`${what} by ${this.#name}: ${reply.status} ${titleOf(reply)}`)
        return false
      }
      if (reply) journal.lastFailure = `${what}: ${reply.status}`
      journal.failures++
      await delay(retryAfterMs)
    }
    return false
  }
}

function titleOf({ text }: Reply): string {
  return /<h1[^>]*>([^<]*)/.exec(text)?.[1] ?? ''
}
