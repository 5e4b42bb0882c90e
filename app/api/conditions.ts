/** Conditional requests: RFC 9110, section 13. */
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../http/errors.ts'

/** The ETag of a resource: a digest of its content. */
export function entityTag(resource: object): string {
  const digest = createHash('sha256').update(JSON.stringify(resource)).digest('base64url')
  return `"${digest.slice(0, 22)}"`
}

/** Whether an If-None-Match or If-Match lists the tag; in a compressed answer it ends with the encoding. */
export function isAmong(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  const tags = header.split(',').map(given =>
    given
      .trim()
      .replace(/^W\//, '')
      .replace(/-(br|gzip)"$/, '"'),
  )
  return tags.includes(tag) || tags.includes('*')
}

/**
 * Refuses to change a resource that is no longer the one that If-Match names.
 * @throws Problem 412
 */
export function requireUnchanged({ headers }: FastifyRequest, resource: object): void {
  const expected = headers['if-match']
  if (expected !== undefined && !isAmong(expected, entityTag(resource)))
    throw new Problem(412, 'api.changed_meanwhile')
}
