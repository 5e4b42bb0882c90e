/**
 * A feed in Atom, whose entries say what they answer.
 * @see https://www.rfc-editor.org/rfc/rfc4287
 * @see https://www.rfc-editor.org/rfc/rfc4685
 */
import type { Post } from '../posts/post.ts'
import { changeOf, type Feed, type FeedIcons } from './feed.ts'
import { enclosuresOf, escapeMarkup, htmlOf, titleOf } from './markup.ts'

export const atomType = 'application/atom+xml; charset=utf-8'

export function atomOf(feed: Feed & FeedIcons): string {
  const { id, title, description, page, address, query, updated, author, posts, siteUrl, favicon } = feed
  const lines = [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">',
    element('id', id),
    element('title', title),
    description && element('subtitle', description),
    element('updated', updated.toISOString()),
    link('self', `${address}.atom${query}`, 'application/atom+xml'),
    link('alternate', page, 'text/html'),
    element('icon', favicon),
    author && authorElement(author),
    ...posts.map(post => entryOf(post, siteUrl)),
    '</feed>',
  ]
  return `${lines.filter(Boolean).join('\n')}\n`
}

function entryOf(post: Post, siteUrl: string): string {
  const { id, parentId, language, createdAt, author, contentWarning } = post
  const address = `${siteUrl}/posts/${id}`
  return [
    language ? `<entry xml:lang="${escapeMarkup(language)}">` : '<entry>',
    element('id', address),
    element('title', titleOf(post)),
    link('alternate', address, 'text/html'),
    ...enclosuresOf(post, siteUrl).map(enclosure),
    ...(parentId ? [inReplyTo(`${siteUrl}/posts/${parentId}`)] : []),
    element('published', createdAt.toISOString()),
    element('updated', changeOf(post).toISOString()),
    authorElement({ name: author.displayName, url: `${siteUrl}/@${author.username}` }),
    ...(contentWarning ? [element('summary', contentWarning)] : []),
    `<content type="html">${escapeMarkup(htmlOf(post, siteUrl))}</content>`,
    '</entry>',
  ].join('\n')
}

function authorElement({ name, url }: { name: string; url: string }): string {
  return `<author>${element('name', name)}${element('uri', url)}</author>`
}

/** An entry's id is its address. */
function inReplyTo(address: string): string {
  const escaped = escapeMarkup(address)
  return `<thr:in-reply-to ref="${escaped}" href="${escaped}" type="text/html"/>`
}

function enclosure({ url, type, bytes, title }: ReturnType<typeof enclosuresOf>[number]): string {
  const named = title ? ` title="${escapeMarkup(title)}"` : ''
  return `<link rel="enclosure" type="${type}" length="${bytes}"${named} href="${escapeMarkup(url)}"/>`
}

function element(name: string, text: string): string {
  return `<${name}>${escapeMarkup(text)}</${name}>`
}

function link(rel: string, href: string, type: string): string {
  return `<link rel="${rel}" type="${type}" href="${escapeMarkup(href)}"/>`
}
