/**
 * The format of `npm run import` and `npm run export`, written for people:
 *
 *     { "users":   [{ "id": 1, "username": "susan", "email": "susan@example.com" }],
 *       "posts":   [{ "id": 1, "username": "susan", "body": "Hello @john", "created_at": "2026-11-20T16:00:00Z" }],
 *       "follows": [{ "follower": "susan", "followed": "john" }] }
 *
 * or a bare list of users, or a row a line (NDJSON): a user, or anything else that says so with "table":
 * `{"table":"follows","follower":"susan","followed":"john"}`. A user may hold their own posts. Names of fields
 * may be camelCase. All three may be packed by gzip.
 */

export const kinds = ['users', 'posts', 'follows'] as const
export type Kind = (typeof kinds)[number]

export function isKind(name: unknown): name is Kind {
  return kinds.includes(name as Kind)
}

/** A row as it was found; `kind` and `value` are still to be validated. `place` is where a person finds it. */
export type RawRow = { kind: string; place: string; value: unknown; trouble?: string }

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
