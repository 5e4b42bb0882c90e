/** The links, mentions and hashtags of a post, with their UTF-16 offsets. */
import { spacedCharacters, wordCharacters } from './characters.ts'
import { foldTag, isTag, tagPath, tagPattern } from './hashtags.ts'
import { type Address, findAddresses } from './links.ts'
import { foldName } from './normalize.ts'

export type Entity = { kind: 'link' | 'mention' | 'tag'; start: number; end: number; href: string }
export type Part = {
  text: string
  href: string | null
  kind: 'text' | Entity['kind']
  /** The text split where a search highlights it. */
  pieces?: { text: string; isMarked: boolean }[]
}

/** Not inside a word (`f*@k`) or an address, and not the first half of an address such as @me@example.org. */
const mention = new RegExp(
  String.raw`(?<![${spacedCharacters}@＠#＃]|${spacedCharacters}[!$%\x26*]{1,3})[@＠](?<name>[A-Za-z0-9_]{1,64})(?![${spacedCharacters}@＠])`,
  'gv',
)
const hashtag = new RegExp(String.raw`(?<![${wordCharacters}&#＃])[#＃](?<tag>${tagPattern})`, 'gv')

/**
 * All links, mentions and hashtags, in order and without overlaps: addresses come first, then mentions, then hashtags.
 */
export function findEntities(body: string): Entity[] {
  const taken = new Uint8Array(body.length)
  const take = ({ start, end }: { start: number; end: number }) => {
    if (taken.subarray(start, end).includes(1)) return false
    return Boolean(taken.fill(1, start, end))
  }
  const links = findAddresses(body).filter(take).flatMap(linkOf)
  const mentions = [...body.matchAll(mention)].map(mentionOf).filter(take)
  const tags = [...body.matchAll(hashtag)].flatMap(tagOf).filter(take)
  return [...links, ...mentions, ...tags].toSorted((a, b) => a.start - b.start)
}

function linkOf({ start, end, href }: Address): Entity[] {
  return href === null ? [] : [{ kind: 'link', start, end, href }]
}

function mentionOf({ 0: { length }, 1: name, index }: RegExpExecArray): Entity {
  return { kind: 'mention', start: index, end: index + length, href: `/@${name}` }
}

function tagOf({ 0: { length }, 1: tag = '', index }: RegExpExecArray): Entity[] {
  if (!isTag(tag)) return []
  return [{ kind: 'tag', start: index, end: index + length, href: tagPath(foldTag(tag)) }]
}

/**
 * The entities of a stored text as this version finds them. A mention stays the person's whose it was, and none is
 * added, because a name may since have become another person's.
 */
export function refreshEntities({ body, entities }: { body: string; entities: Entity[] }): Entity[] {
  const mentions = new Map(
    entities.flatMap(entity => (entity.kind === 'mention' ? [[entity.start, entity]] : [])),
  )
  return findEntities(body).flatMap(entity =>
    entity.kind === 'mention' ? (mentions.get(entity.start) ?? []) : [entity],
  )
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

/** A text split into links and plain text, which joined are the text. */
export function partsOf({ body, entities }: { body: string; entities: Entity[] }): Part[] {
  const parts: Part[] = []
  let offset = 0
  for (const { kind, start, end, href } of entities) {
    // Rows of older versions have entities that overlap, until they are rebuilt.
    if (start < offset) continue
    if (start > offset) parts.push({ kind: 'text', text: body.slice(offset, start), href: null })
    parts.push({ kind, text: body.slice(start, end), href })
    offset = end
  }
  if (offset < body.length) parts.push({ kind: 'text', text: body.slice(offset), href: null })
  return parts
}

/** The same of a text whose entities are not stored, such as what people say about themselves: links alone. */
export function linkedParts(body: string): Part[] {
  return partsOf({ body, entities: findAddresses(body).flatMap(linkOf) })
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Characters as people count them: a family emoji is one, so is a letter with its accents. */
export function graphemeCount(text: string): number {
  return [...graphemes.segment(text)].length
}
