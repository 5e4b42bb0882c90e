/** The clients that send fuzzed requests: visitors, members with and without a browser's headers, API programs. */

import { createAccount } from '../../app/accounts/queries.ts'
import type { Random } from '../../app/cli/seed/random.ts'
import { hashPassword } from '../../app/security/passwords.ts'
import { names, password, type Site } from '../../app/testing/site.ts'
import { pick } from './fuzz-inputs.ts'

type Headers = Record<string, string>

const strangers: Headers[] = [
  {},
  { accept: 'application/json' },
  { cookie: 'session=nonsense; theme=purple; language=zz', 'sec-fetch-site': 'same-origin' },
  { authorization: 'Bearer nonsense' },
  { authorization: 'Basic !!' },
  { 'sec-fetch-site': 'cross-site' },
]

export class FuzzCallers {
  /** Names of those who have an account just now. */
  present: string[] = [...names]
  readonly #site: Site
  #browsers: Headers[] = []
  #programs: Headers[] = []
  #came = 0

  constructor(site: Site) {
    this.#site = site
  }

  /** Mostly a caller who may use the route. */
  callerOf(random: Random, isApi: boolean): Headers {
    const fitting = isApi ? this.#programs : this.#browsers
    if (random() < 0.85 && fitting.length > 0) return pick(fitting, random)
    return pick([...strangers, ...this.#browsers, ...this.#programs], random)
  }

  /** Signs everybody in again: fuzzed requests sign people out, change passwords and delete accounts. */
  async refresh(): Promise<void> {
    const callers = await Promise.all(this.present.map(name => this.#enter(name)))
    this.#browsers = callers.flatMap(({ browsers }) => browsers)
    this.#programs = callers.flatMap(({ programs }) => programs)
    this.present = callers.map(({ name }) => name)
  }

  async #enter(name: string): Promise<{ name: string; browsers: Headers[]; programs: Headers[] }> {
    const browser = this.#site.visitor()
    const { status } = await browser.post('/sign-in', { identifier: name, password })
    if (status !== 303) return this.#enter(await this.#newcomer())
    const cookie = [...browser.cookies].map(([key, value]) => `${key}=${value}`).join('; ')
    const same = { cookie, 'sec-fetch-site': 'same-origin' }
    const browsers = [{ cookie }, same, { ...same, accept: 'text/html' }]
    return { name, browsers, programs: await this.#programsOf(name) }
  }

  async #programsOf(name: string): Promise<Headers[]> {
    const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
    const payload = { name: 'fuzz', scope: 'write' }
    const request = { method: 'POST', url: '/api/tokens', headers: { authorization }, payload } as const
    const { token } = (await this.#site.app.inject(request)).json<{ token?: string }>()
    return token ? [{ authorization: `Bearer ${token}` }] : []
  }

  async #newcomer(): Promise<string> {
    const username = `newcomer${++this.#came}`
    const passwordHash = await hashPassword(password)
    const account = { username, email: `${username}@example.com`, passwordHash, language: null }
    await this.#site.app.db.transaction(tx => createAccount(tx, account, new Date()))
    return username
  }
}
