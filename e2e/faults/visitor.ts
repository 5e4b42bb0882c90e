/** A person's browser as seen from the other end of a connection: cookies, forms, and answers that may not come. */

export type Reply = { status: number; headers: Headers; text: string; milliseconds: number }

/** Milliseconds after which a visitor gives up. */
const patience = 20_000

export class Visitor {
  readonly cookies = new Map<string, string>()
  readonly #address: () => string

  constructor(address: string | (() => string)) {
    this.#address = typeof address === 'string' ? () => address : address
  }

  get(path: string): Promise<Reply> {
    return this.#ask(path, { method: 'GET' })
  }

  post(path: string, form: Record<string, string> = {}): Promise<Reply> {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
    }
    return this.#ask(path, { method: 'POST', body: String(new URLSearchParams(form)), headers })
  }

  /** Sends a form with files. */
  send(path: string, body: FormData): Promise<Reply> {
    return this.#ask(path, { method: 'POST', body, headers: { 'sec-fetch-site': 'same-origin' } })
  }

  async #ask(path: string, options: RequestInit & { headers?: Record<string, string> }): Promise<Reply> {
    const start = performance.now()
    const response = await fetch(this.#address() + path, {
      ...options,
      headers: { accept: 'text/html', 'accept-language': 'en', cookie: this.#cookie(), ...options.headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(patience),
    })
    const text = await response.text()
    for (const cookie of response.headers.getSetCookie()) this.#keep(cookie)
    const { status, headers } = response
    return { status, headers, text, milliseconds: performance.now() - start }
  }

  #cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  #keep(cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
    if (value === '' || /max-age=0(?!\d)|expires=Thu, 01 Jan 1970/i.test(cookie)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}
