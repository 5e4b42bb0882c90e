/** Conditional requests: RFC 9110, section 13. */
import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../http/errors.ts'

/** What other people change of a resource by what they do: it makes another ETag, but is nothing to overwrite. */
const changedByOthers = new Set([
  'replyCount',
  'likeCount',
  'repostCount',
  'quoteCount',
  'canReply',
  'quoted',
  'quotedId',
  'quoteDetached',
])

/** The ETag of a resource: a digest of its content and, after a dot, one of what others change. */
export function entityTag(resource: object): string {
  const fields = Object.entries(resource)
  const own = fields.filter(([name]) => !changedByOthers.has(name))
  const others = fields.filter(([name]) => changedByOthers.has(name))
  return `"${digestOf(own).slice(0, 22)}${others.length > 0 ? `.${digestOf(others).slice(0, 8)}` : ''}"`
}

function digestOf(fields: [string, unknown][]): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('base64url')
}

/** ETags without the part that others change. */
function withoutOthers(tags: string): string {
  return tags.replaceAll(/\.[\w-]+"/g, '"')
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
 * Refuses to change a resource that is no longer the one that If-Match names, but for what others change of it.
 * @throws Problem 412
 */
export function requireUnchanged({ headers }: FastifyRequest, resource: object): void {
  const expected = headers['if-match']
  if (expected !== undefined && !isAmong(withoutOthers(expected), withoutOthers(entityTag(resource))))
    throw new Problem(412, 'api.changed_meanwhile')
}
