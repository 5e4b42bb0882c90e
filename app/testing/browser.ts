import type { FastifyInstance, InjectOptions } from 'fastify'
import { type HTMLElement, parse } from 'node-html-parser'
import { multipart, type SentFile } from './pictures.ts'

export type Answer = {
  status: number
  headers: Record<string, string | string[] | number | undefined>
  location: string | undefined
  text: string
  page: HTMLElement
  json(): Record<string, unknown>
}

/** Asks the application as a browser without JavaScript would: it keeps cookies and sends forms. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #app: FastifyInstance
  constructor(app: FastifyInstance) {
    this.#app = app
  }

  get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask({ method: 'GET', url, headers })
  }

  post(
    url: string,
    form: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const type = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
    return this.ask({
      method: 'POST',
      url,
      payload: String(new URLSearchParams(form)),
      headers: { ...type, ...headers },
    })
  }

  /** Sends a form with files. */
  async upload(
    url: string,
    files: SentFile[],
    form: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const sent = await multipart(files, form)
    const all = { 'sec-fetch-site': 'same-origin', ...sent.headers, ...headers }
    return this.ask({ method: 'POST', url, payload: sent.payload, headers: all })
  }

  /** Follows the redirect of an answer, as a browser does after a form. */
  follow({ location }: Answer): Promise<Answer> {
    return this.get(String(location))
  }

  async ask(options: InjectOptions): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = {
      'accept-language': 'en',
      accept: 'text/html',
      ...(cookie && { cookie }),
      ...options.headers,
    }
    const response = await this.#app.inject({ ...options, headers })
    for (const { name, value, expires } of response.cookies) {
      if (value === '' || (expires && expires < new Date())) this.cookies.delete(name)
      else this.cookies.set(name, encodeURIComponent(value))
    }
    return {
      status: response.statusCode,
      headers: response.headers,
      location: response.headers.location,
      text: response.body,
      get page() {
        return parse(response.body, { blockTextElements: { script: true, style: true } })
      },
      json: () => response.json(),
    }
  }
}
