/** Values that nobody expects, from a seed: each run can be had again. */
import type { Random } from '../../app/seed/random.ts'

const texts = [
  '',
  ' ',
  '0',
  '-1',
  '1.5',
  '1e309',
  'NaN',
  'null',
  'undefined',
  'true',
  '9007199254740993',
  '99999999999999999999999999',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e\u200b\ufeff',
  '👨‍👩‍👧‍👦'.repeat(40),
  'é'.repeat(300),
  'x'.repeat(5_000),
  '%',
  '%00',
  '%ff%fe',
  '../../etc/passwd',
  "' or 1=1 --",
  '"; drop table users; --',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '${7*7}',
  'NEAR(a b)',
  '"unfinished',
  'from:',
  'from:susan #tea "a b" c*',
  '*',
  '__proto__',
  'constructor',
  '[object Object]',
  '\r\nSet-Cookie: a=b',
  '//evil.example',
  'javascript:alert(1)',
  'susan@example.com',
  'john',
  'on',
  'es',
  'write',
  'tea at the harbour',
  'a new post about #tea for @john',
  'مرحبا',
  'İstanbul ß ﬁ',
]
const fields =
  'body submission language next username email password password_again current identifier keep displayName about theme name scope expires q order before after limit messagesFrom id token cursor __proto__ constructor'.split(
    ' ',
  )
const cursors = [
  '1-1',
  '0-0',
  '99999999999999-999999999999999',
  '-1--1',
  '1-',
  'a-b',
  '1-1-1',
  '٣-٣',
  '8640000000000001-1',
]

export function textOf(random: Random): string {
  return pick(texts, random)
}

export function queryOf(random: Random, known: string[]): string {
  if (random() < 0.4) return ''
  const parts = Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
    const name = fieldOf(random, known)
    const value = name === 'before' || name === 'after' ? pick(cursors, random) : textOf(random)
    return random() < 0.1 ? `${name}[]=${encoded(value)}` : `${name}=${encoded(value)}`
  })
  return `?${parts.join('&')}`
}

/** A lone surrogate has no encoding; the bytes that stand for it are sent as they are. */
export function encoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%80'
}

type Sent = { payload?: string | Buffer; headers?: Record<string, string> }

/** Mostly a field that the route knows, so that nonsense gets past the first check. */
function fieldOf(random: Random, known: string[]): string {
  return known.length > 0 && random() < 0.7 ? pick(known, random) : pick(fields, random)
}

export function bodyOf(random: Random, method: string, known: string[]): Sent {
  if (method === 'GET' || method === 'HEAD') return {}
  const kind = random()
  const sent = kind < 0.4 ? form(random, known) : kind < 0.85 ? json(random, known) : broken(random)
  const odd: Record<string, string> = {}
  if (random() < 0.1) odd['idempotency-key'] = encoded(textOf(random)).slice(0, 400)
  if (random() < 0.1) odd['if-match'] = encoded(textOf(random)).slice(0, 200)
  return { ...sent, headers: { ...sent.headers, ...odd } }
}

function form(random: Random, known: string[]): Sent {
  const fieldsSent = Array.from(
    { length: Math.floor(random() * 6) },
    () => `${fieldOf(random, known)}=${encoded(textOf(random))}`,
  )
  return { payload: fieldsSent.join('&'), headers: { 'content-type': 'application/x-www-form-urlencoded' } }
}

function json(random: Random, known: string[]): Sent {
  return { payload: JSON.stringify(valueOf(random, known)), headers: { 'content-type': 'application/json' } }
}

function valueOf(random: Random, known: string[], depth = 0): unknown {
  const kind = random()
  if (depth > 0 && kind < 0.55) return textOf(random)
  if (depth > 0 && kind < 0.7) return pick([0, -1, 1.5, 1e308, 2 ** 53, null, true, false], random)
  if (depth > 4) return []
  const deeper = () => valueOf(random, known, depth + 1)
  if (kind < 0.8 && depth > 0) return Array.from({ length: Math.floor(random() * 4) }, deeper)
  const entries = Array.from({ length: Math.floor(random() * 6) }, () => [fieldOf(random, known), deeper()])
  return Object.fromEntries(entries)
}

/** Bodies that are not what they say they are. */
function broken(random: Random): Sent {
  const types = [
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/octet-stream',
    'nonsense',
    '',
  ]
  const payloads = [
    '{"a":',
    '[['.repeat(5_000),
    '{"__proto__":{"admin":true},"body":"x","body":"y"}',
    Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0]),
    'a=%',
    'body=%ff%fe&body=x',
    'x'.repeat(70_000),
    '',
  ]
  const type = pick(types, random)
  return { payload: pick(payloads, random), headers: type ? { 'content-type': type } : {} }
}

function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T
}
