/** A client of LibreTranslate's protocol. */

import type { TranslateConfig } from '../config.ts'
import { isBlank, sanitizeText } from '../text/normalize.ts'

/** A post has at most 4,000 code points; valid translations are far below these limits. */
const max = { bytes: 128 * 1024, codePoints: 10_000 }

/**
 * `from` is null when the language is unknown: then the service detects it. `timeoutMs` is the time until the last byte of
 * the response.
 */
export type TranslationRequest = { text: string; from: string | null; to: string; timeoutMs: number }
export type Failure = 'slow' | 'down' | 'busy' | 'forbidden' | 'refused' | 'nonsense'

/** The service gave no translation; `message` is for the log. */
export class TranslationFailed extends Error {
  override readonly name = 'TranslationFailed'
  readonly failure: Failure
  constructor(failure: Failure, message: string, cause?: unknown) {
    super(message, { cause })
    this.failure = failure
  }
}

/**
 * Requests a translation.
 * @returns sanitized text of at most 10,000 code points
 * @throws TranslationFailed
 * @see https://docs.libretranslate.com/api/operations/translate/
 */
export async function translateText(service: TranslateConfig, request: TranslationRequest): Promise<string> {
  try {
    const response = await send(service, request)
    if (!response.ok) throw failureOf(response)
    const text = sanitizeText(translatedText(await readBounded(response))).trim()
    if (isBlank(text)) throw new TranslationFailed('nonsense', 'an empty translation')
    return [...text].slice(0, max.codePoints).join('')
  } catch (error) {
    if (error instanceof TranslationFailed) throw error
    throw Object(error).name === 'TimeoutError'
      ? new TranslationFailed('slow', `no translation within ${request.timeoutMs} ms`, error)
      : new TranslationFailed('down', 'the translation service cannot be reached', error)
  }
}

function send(
  service: TranslateConfig,
  { text, from, to, timeoutMs }: TranslationRequest,
): Promise<Response> {
  const { url, key } = service
  const body = { q: text, source: from ?? 'auto', target: to, format: 'text' }
  return fetch(`${url}/translate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(key === null ? body : { ...body, api_key: key }),
    // A redirect would send the key to another service.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  })
}

function failureOf({ status, body }: Response): TranslationFailed {
  void body?.cancel().catch(() => {})
  const failures: Record<number, Failure> = {
    400: 'refused',
    401: 'forbidden',
    403: 'forbidden',
    429: 'busy',
  }
  return new TranslationFailed(failures[status] ?? 'down', `the translation service answered ${status}`)
}

async function readBounded({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size > max.bytes)
      throw new TranslationFailed('nonsense', `a response of more than ${max.bytes} bytes`)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function translatedText(answer: string): string {
  try {
    const { translatedText } = Object(JSON.parse(answer)) as { translatedText?: unknown }
    if (typeof translatedText === 'string') return translatedText
  } catch {}
  throw new TranslationFailed('nonsense', `not a translation: ${JSON.stringify(answer.slice(0, 100))}`)
}
