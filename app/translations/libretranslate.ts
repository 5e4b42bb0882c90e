/** Asks a service that speaks LibreTranslate's protocol. */

import type { TranslateConfig } from '../config.ts'
import { isBlank, sanitizeText } from '../text/sanitize.ts'

/** Milliseconds that a reader waits, until the last byte of the answer. */
const patience = 5_000
/** A post has at most 4,000 code points; the longest translation of it that is not nonsense is far below. */
const most = { bytes: 128 * 1024, codePoints: 10_000 }

/** `from` is null when nobody can tell: then the service guesses. */
export type Question = { text: string; from: string | null; to: string }
export type Failure = 'slow' | 'down' | 'busy' | 'forbidden' | 'refused' | 'nonsense'

/** The service gave no translation; `message` says what it did instead, for the log. */
export class TranslationFailed extends Error {
  override readonly name = 'TranslationFailed'
  readonly failure: Failure
  constructor(failure: Failure, message: string, cause?: unknown) {
    super(message, { cause })
    this.failure = failure
  }
}

/**
 * Asks for a translation.
 * @returns clean text of at most 10,000 code points
 * @throws TranslationFailed
 * @see https://docs.libretranslate.com/api/operations/translate/
 */
export async function translateText(service: TranslateConfig, question: Question): Promise<string> {
  try {
    const response = await send(service, question)
    if (!response.ok) throw refusal(response)
    return translationIn(await readBounded(response))
  } catch (error) {
    throw error instanceof TranslationFailed ? error : unanswered(error)
  }
}

function send({ url, key }: TranslateConfig, { text, from, to }: Question): Promise<Response> {
  const question = { q: text, source: from ?? 'auto', target: to, format: 'text' }
  return fetch(`${url}/translate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(key === null ? question : { ...question, api_key: key }),
    // The key goes to the service that the owner named, and nowhere else.
    redirect: 'error',
    signal: AbortSignal.timeout(patience),
  })
}

function refusal({ status, body }: Response): TranslationFailed {
  void body?.cancel().catch(() => {})
  const failures: Record<number, Failure> = {
    400: 'refused',
    401: 'forbidden',
    403: 'forbidden',
    429: 'busy',
  }
  return new TranslationFailed(failures[status] ?? 'down', `the translation service answered ${status}`)
}

function unanswered(error: unknown): TranslationFailed {
  const isSlow = Object(error).name === 'TimeoutError'
  if (isSlow) return new TranslationFailed('slow', `no translation within ${patience} ms`, error)
  return new TranslationFailed('down', 'the translation service cannot be reached', error)
}

async function readBounded({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size > most.bytes)
      throw new TranslationFailed('nonsense', `an answer of more than ${most.bytes} bytes`)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function translationIn(answer: string): string {
  const text = sanitizeText(translatedText(answer)).trim()
  if (isBlank(text)) throw new TranslationFailed('nonsense', 'an empty translation')
  return [...text].slice(0, most.codePoints).join('')
}

function translatedText(answer: string): string {
  try {
    const { translatedText } = Object(JSON.parse(answer)) as { translatedText?: unknown }
    if (typeof translatedText === 'string') return translatedText
  } catch {}
  throw new TranslationFailed('nonsense', `not a translation: ${JSON.stringify(answer.slice(0, 100))}`)
}
