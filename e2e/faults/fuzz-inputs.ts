/** Invalid values among some valid ones, all from a seed, so that a run can be repeated. */
import type { Random } from '../../app/cli/seed/random.ts'
import { rightJson, rightValue } from './right-values.ts'

/** A route, and the fields that its schema names. */
export type Target = { method: string; url: string; fields: string[] }

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
  'body submission language next username email password password_again current identifier keep displayName about theme name scope expires q order before after limit messagesFrom repliesFrom quotesFrom contentWarning quote quotedId body2 body25 body26 add replies reposts tab id token cursor __proto__ constructor'.split(
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
    const value = name === 'before' || name === 'after' ? cursorOf(random) : valueFor(name, random)
    return random() < 0.1 ? `${name}[]=${encoded(value)}` : `${name}=${encoded(value)}`
  })
  return `?${parts.join('&')}`
}

/** A moment and an id as the lists have them, or nearly. */
function cursorOf(random: Random): string {
  if (random() < 0.5) return pick(cursors, random)
  const cursor = `${Date.now() - Math.floor(random() * 7_200_000)}-${Math.floor(random() * 300)}`
  if (random() < 0.5) return cursor
  const at = Math.floor(random() * cursor.length)
  return (
    cursor.slice(0, at) +
    pick(['', '-', '0', 'e', '.', '٣', '\0', '9'.repeat(20)], random) +
    cursor.slice(at + 1)
  )
}

/** Mostly a valid value, so that the invalid one beside it gets past the first check. */
function valueFor(name: string, random: Random): string {
  return (random() < 0.7 ? rightValue(name, random) : null) ?? textOf(random)
}

/** A lone surrogate has no encoding; the bytes that stand for it are sent as they are. */
export function encoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%80'
}

type Sent = { payload?: string | Buffer; headers?: Record<string, string> }

/** Mostly a field that the route knows, so that the request gets past the first check. */
function fieldOf(random: Random, known: string[]): string {
  return known.length > 0 && random() < 0.7 ? pick(known, random) : pick(fields, random)
}

/** Mostly of the type that the route reads, and half the time with every field that it knows. */
export function bodyOf(random: Random, { method, url, fields }: Target): Sent {
  if (method === 'GET' || method === 'HEAD') return {}
  const kind = random()
  const isJson = url.startsWith('/api') ? kind < 0.85 : kind > 0.85
  const sent = kind > 0.93 ? broken(random) : isJson ? json(random, fields) : form(random, fields)
  const odd: Record<string, string> = {}
  if (random() < 0.1) odd['idempotency-key'] = encoded(textOf(random)).slice(0, 400)
  if (random() < 0.1) odd['if-match'] = encoded(textOf(random)).slice(0, 200)
  return { ...sent, headers: { ...sent.headers, ...odd } }
}

function form(random: Random, known: string[]): Sent {
  const names = random() < 0.5 ? known : someFields(random, known)
  const fieldsSent = names.map(name => `${name}=${encoded(valueFor(name, random))}`)
  return { payload: fieldsSent.join('&'), headers: { 'content-type': 'application/x-www-form-urlencoded' } }
}

function someFields(random: Random, known: string[]): string[] {
  return Array.from({ length: Math.floor(random() * 6) }, () => fieldOf(random, known))
}

function json(random: Random, known: string[]): Sent {
  const typed = (name: string) => (random() < 0.7 ? rightJson(name, random) : null) ?? textOf(random)
  const right = () => Object.fromEntries(known.map(name => [name, typed(name)]))
  const payload = JSON.stringify(random() < 0.5 ? right() : valueOf(random, known))
  return { payload, headers: { 'content-type': 'application/json' } }
}

function valueOf(random: Random, known: string[], depth = 0): unknown {
  const kind = random()
  if (depth > 0 && kind < 0.55) return textOf(random)
  if (depth > 0 && kind < 0.7) return pick([0, -1, 1.5, 1e308, 2 ** 53, null, true, false], random)
  if (depth > 4) return []
  const deeper = () => valueOf(random, known, depth + 1)
  if (kind < 0.8 && depth > 0) return Array.from({ length: Math.floor(random() * 4) }, deeper)
  return Object.fromEntries(someFields(random, known).map(name => [name, deeper()]))
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

export function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T
}
