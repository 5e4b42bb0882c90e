/** Escapes text for XML and HTML. */
import { excerptOf } from '../posts/excerpt.ts'
import type { Post, RelatedPost } from '../posts/post.ts'
import { partsOf } from '../text/entities.ts'

/** Characters that XML 1.0 forbids: control characters, lone surrogates, U+FFFE and U+FFFF. */
const forbidden = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu
const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeMarkup(text: string): string {
  return text.replaceAll(forbidden, '').replaceAll(/[&<>"']/g, character => entities[character] as string)
}

/** The text of a post, and of what it quotes, as HTML with absolute URLs, folded behind its content warning. */
export function htmlOf(post: Post, siteUrl: string): string {
  const { quoted, contentWarning } = post
  const words = paragraphOf(post, siteUrl) + (quoted ? quoteOf(quoted, siteUrl) : '')
  if (!contentWarning) return words
  return `<details><summary>${escapeMarkup(contentWarning)}</summary>${words}</details>`
}

function quoteOf(quoted: RelatedPost, siteUrl: string): string {
  const { id, author, contentWarning } = quoted
  const address = escapeMarkup(`${siteUrl}/posts/${id}`)
  const words = contentWarning
    ? `<p dir="auto">${escapeMarkup(contentWarning)}</p>`
    : paragraphOf(quoted, siteUrl)
  const name = `<bdi>${escapeMarkup(author.displayName)}</bdi> (@${author.username})`
  return `<blockquote cite="${address}">${words}<p><a href="${address}">${name}</a></p></blockquote>`
}

function paragraphOf(post: Pick<RelatedPost, 'body' | 'entities'>, siteUrl: string): string {
  const parts = partsOf(post).map(({ text, href, kind }) => {
    const words = escapeMarkup(text).replaceAll('\n', '<br>')
    const address = href?.startsWith('/') ? siteUrl + href : href
    const direction = kind === 'tag' ? '' : ' dir="ltr"'
    return address ? `<a href="${escapeMarkup(address)}"${direction}>${words}</a>` : words
  })
  return `<p dir="auto">${parts.join('')}</p>`
}

/** The title of a post, for readers that show one. */
export function titleOf(post: Post): string {
  return excerptOf(post, 61)
}
