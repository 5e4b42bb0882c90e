/** Posts of this site that a text links to. */
import type { Entity } from '../text/entities.ts'
import { findEntities } from '../text/entities.ts'
import { isBlank } from '../text/normalize.ts'

/** The last link of a text to a post of this site. */
export type PostLink = { postId: number; start: number; end: number }

export function lastPostLink(body: string, publicUrl: string): PostLink | null {
  const address = `${publicUrl}/posts/`
  if (!body.toLowerCase().includes(address.toLowerCase())) return null
  return (
    findEntities(body)
      .flatMap(entity => postLinkOf(entity, publicUrl))
      .at(-1) ?? null
  )
}

function postLinkOf({ kind, href, start, end }: Entity, publicUrl: string): PostLink[] {
  if (kind !== 'link' || !URL.canParse(href)) return []
  const { origin, pathname } = new URL(href)
  const [, id] = /^\/posts\/([1-9]\d{0,14})\/?$/.exec(pathname) ?? []
  return id && origin === new URL(publicUrl).origin ? [{ postId: Number(id), start, end }] : []
}

/** The text without the link, where that ends it and something else is left: the card takes its place. */
export function withoutLinkAtEnd(body: string, { start, end }: PostLink): string {
  const before = body.slice(0, start).trimEnd()
  return isBlank(body.slice(end)) && !isBlank(before) ? before : body
}
