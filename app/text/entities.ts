/** The links, mentions and hashtags of a post, with their UTF-16 offsets. */
import { LinkifyIt } from 'linkify-it'
import { foldName } from './normalize.ts'

export type Entity = { kind: 'link' | 'mention' | 'tag'; start: number; end: number; href: string }
export type Part = {
  text: string
  href: string | null
  kind: 'text' | Entity['kind']
  /** The text split where a search highlights it. */
  pieces?: { text: string; isMarked: boolean }[]
}

const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: false })
  .add('ftp:', null)
  .add('//', null)
  .add('mailto:', null)
/** Not inside a word or an address, and not the first half of an address such as @me@example.org. */
const mention = /(?<![\p{L}\p{N}_@/.])@([A-Za-z0-9_]{1,64})(?![\p{L}\p{N}_@])/gu
/** Letters, digits and marks of any script, at least one of them not a digit. */
const hashtag =
  /(?<![\p{L}\p{M}\p{N}_&/#])[#＃]([\p{L}\p{M}\p{N}_]{0,100}[\p{L}_][\p{L}\p{M}\p{N}_]{0,99})(?![\p{L}\p{M}\p{N}_])/gu

/** All links, mentions and hashtags, in order; those inside a link belong to the link. */
export function findEntities(body: string): Entity[] {
  const links = linksIn(body)
  const isInLink = (offset: number) => links.some(({ start, end }) => offset >= start && offset < end)
  const others = [...mentionsIn(body), ...hashtagsIn(body)].filter(({ start }) => !isInLink(start))
  return [...links, ...others].toSorted((a, b) => a.start - b.start)
}

function linksIn(body: string): Entity[] {
  const found = linkify.match(body) ?? []
  return found.map(({ index, lastIndex, schema, url }) => ({
    kind: 'link',
    start: index,
    end: lastIndex,
    href: schema === '' ? url.replace(/^http:/, 'https:') : url,
  }))
}

function mentionsIn(body: string): Entity[] {
  return [...body.matchAll(mention)].map(({ index, 0: { length }, 1: name }) => ({
    kind: 'mention',
    start: index,
    end: index + length,
    href: `/@${name}`,
  }))
}

function hashtagsIn(body: string): Entity[] {
  return [...body.matchAll(hashtag)]
    .filter(({ 1: tag }) => [...foldTag(String(tag))].length <= 100)
    .map(({ index, 0: { length }, 1: tag }) => ({
      kind: 'tag',
      start: index,
      end: index + length,
      href: tagPath(foldTag(String(tag))),
    }))
}

/** The key by which hashtags are compared: `#Tea` and `#ｔｅａ` are the same, `#té` is not. */
export function foldTag(tag: string): string {
  return foldName(tag)
}

export function tagPath(tag: string): string {
  return `/tags/${encodeURIComponent(tag)}`
}

/** The folded usernames of a post's mentions, without duplicates. */
export function mentionedNames(entities: Entity[]): string[] {
  return [
    ...new Set(entities.filter(({ kind }) => kind === 'mention').map(({ href }) => foldName(href.slice(2)))),
  ]
}

/** The folded tags of a post, without duplicates. */
export function tagsOf(entities: Entity[]): string[] {
  const paths = entities.filter(({ kind }) => kind === 'tag').map(({ href }) => href.slice('/tags/'.length))
  return [...new Set(paths)].map(decodeURIComponent)
}

/** A post's text split into links and plain text. */
export function partsOf({ body, entities }: { body: string; entities: Entity[] }): Part[] {
  const parts: Part[] = []
  let offset = 0
  for (const { kind, start, end, href } of entities) {
    if (start > offset) parts.push({ kind: 'text', text: body.slice(offset, start), href: null })
    parts.push({ kind, text: body.slice(start, end), href })
    offset = end
  }
  if (offset < body.length) parts.push({ kind: 'text', text: body.slice(offset), href: null })
  return parts
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Characters as people count them: a family emoji is one, so is a letter with its accents. */
export function graphemeCount(text: string): number {
  return [...graphemes.segment(text)].length
}
