/** What makes a GET conditional, and keeps an edit from overwriting another: RFC 9110, section 13. */
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../http/errors.ts'

/** Names what a resource says just now: the same words, the same tag. */
export function entityTag(resource: object): string {
  const digest = createHash('sha256').update(JSON.stringify(resource)).digest('base64url')
  return `"${digest.slice(0, 22)}"`
}

/** Whether the tag is among those of an If-None-Match or If-Match; compressed answers carry their encoding in it. */
export function isAmong(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  const given = header.split(',').map(one =>
    one
      .trim()
      .replace(/^W\//, '')
      .replace(/-(br|gzip)"$/, '"'),
  )
  return given.includes(tag) || given.includes('*')
}

/**
 * Refuses to change what has changed since its asker saw it (If-Match).
 * @throws Problem 412
 */
export function requireUnchanged({ headers }: FastifyRequest, resource: object): void {
  const expected = headers['if-match']
  if (expected !== undefined && !isAmong(expected, entityTag(resource)))
    throw new Problem(412, 'api.changed_meanwhile')
}
