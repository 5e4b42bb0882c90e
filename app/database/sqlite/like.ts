/**
 * `like` and `ilike` of a relational `where`, as PostgreSQL understands them: SQLite's own `like` ignores the case of
 * A to Z and knows no escape character, and it has no `ilike`.
 */
import type Client from 'better-sqlite3'
import { operators } from 'drizzle-orm/relations'
import { sql } from '../sql.ts'

type Value = string | number | null

/** Puts both functions on a connection: SQLite's operator LIKE calls the function `like(pattern, text)`. */
export function definePatterns(client: Client.Database): void {
  const options = { deterministic: true }
  client.function('like', options, (pattern: Value, text: Value) => matches(pattern, text))
  client.function('ilike', options, (pattern: Value, text: Value) =>
    matches(lowerCase(pattern), lowerCase(text)),
  )
}

/** Drizzle writes `ilike` as an operator, which SQLite cannot parse: here it is a call of the function. */
Object.assign(operators, {
  ilike: (column, pattern) => sql`ilike(${pattern}, ${column})`,
  notIlike: (column, pattern) => sql`not ilike(${pattern}, ${column})`,
} satisfies Partial<typeof operators>)

let last = { pattern: '', expression: /^$/ }

/** 1 or 0; null if one of the two is null. */
function matches(pattern: Value, text: Value): number | null {
  if (pattern === null || text === null) return null
  if (last.pattern !== pattern) last = { pattern: String(pattern), expression: expressionOf(String(pattern)) }
  return last.expression.test(String(text)) ? 1 : 0
}

/** `%` stands for any text, `_` for one character, and `\` takes the meaning from the next. */
function expressionOf(pattern: string): RegExp {
  const parts = [...pattern.matchAll(/\\([^])|([^])/gu)].map(([, escaped, plain]) => {
    if (plain === '%') return '[^]*'
    return plain === '_' ? '[^]' : String(escaped ?? plain).replace(/[$()*+./?[\\\]^{|}]/g, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`, 'u')
}

function lowerCase(value: Value): Value {
  return typeof value === 'string' ? value.toLowerCase() : value
}
