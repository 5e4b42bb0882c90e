/** A post as HTML for feeds, and text escaped for XML and HTML. */
import { largestStill } from '../images/shown.ts'
import { isLanguage, translate } from '../locales/translate.ts'
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

/** The words and pictures of a post, and of what it quotes, as HTML with absolute URLs, folded behind its content warning. */
export function htmlOf(post: Post, siteUrl: string): string {
  const { quoted, contentWarning } = post
  const words = contentOf(post, siteUrl) + (quoted ? quoteOf(quoted, siteUrl) : '')
  if (!contentWarning) return words
  return `<details><summary>${escapeMarkup(contentWarning)}</summary>${words}</details>`
}

function quoteOf(quoted: RelatedPost, siteUrl: string): string {
  const { id, author, contentWarning } = quoted
  const address = escapeMarkup(`${siteUrl}/posts/${id}`)
  const words = contentWarning
    ? `<p dir="auto">${escapeMarkup(contentWarning)}</p>`
    : contentOf(quoted, siteUrl)
  const name = `<bdi>${escapeMarkup(author.displayName)}</bdi> (@${author.username})`
  return `<blockquote cite="${address}">${words}<p><a href="${address}">${name}</a></p></blockquote>`
}

type Shown = Pick<RelatedPost, 'body' | 'entities' | 'images'>

function contentOf(post: Shown, siteUrl: string): string {
  const pictures = post.images.map(image => {
    const { path, width, height } = largestStill(image)
    const alt = escapeMarkup(image.alt)
    return `<p><img src="${escapeMarkup(siteUrl + path)}" alt="${alt}" width="${width}" height="${height}"></p>`
  })
  return (post.body ? paragraphOf(post, siteUrl) : '') + pictures.join('')
}

function paragraphOf(post: Shown, siteUrl: string): string {
  const parts = partsOf(post).map(({ text, href, kind }) => {
    const words = escapeMarkup(text).replaceAll('\n', '<br>')
    const address = href?.startsWith('/') ? siteUrl + href : href
    const direction = kind === 'tag' ? '' : ' dir="ltr"'
    return address ? `<a href="${escapeMarkup(address)}"${direction}>${words}</a>` : words
  })
  return `<p dir="auto">${parts.join('')}</p>`
}

/** The title of a post, for readers that show one. A feed is the same for everybody: what is ours is in the post's language. */
export function titleOf(post: Post): string {
  return excerptOf(post, translate(isLanguage(post.language) ? post.language : 'en'), 61)
}

/** The pictures of a post as files for programs that fetch them; none behind a content warning, because no program folds them. */
export function enclosuresOf({ images, contentWarning }: Post, siteUrl: string) {
  if (contentWarning) return []
  return images.map(image => {
    const { path, bytes } = largestStill(image)
    return { url: siteUrl + path, type: 'image/webp', bytes, title: image.alt }
  })
}
