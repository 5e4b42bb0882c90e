/**
 * What is shown of a post away from its own place, where nothing folds: its content warning, or else how it begins.
 * Titles, lines about what is answered, descriptions for other sites and notices all ask here.
 */
import { posts } from '../database/schema.ts'
import { sql } from '../database/sql.ts'
import { type Entity, partsOf } from '../text/entities.ts'
import { abbreviate } from '../text/links.ts'

type Worded = { body: string; entities: Entity[]; contentWarning: string | null }

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** One line of at most so many characters, the ellipsis among them, long addresses short. */
export function excerptOf(post: Worded, length = 200): string {
  const shown = partsOf(post).map(({ kind, text }) => (kind === 'link' ? abbreviate(text) : text))
  return cut((post.contentWarning ?? shown.join('')).replaceAll(/\s+/g, ' ').trim(), length)
}

/** The same for a list that selects no more of a post: what to show the beginning of. */
export const excerptColumn = sql<string>`substr(coalesce(${posts.contentWarning}, ${posts.body}), 1, 280)`

/** Letters of which each is a character by itself: finding out where others end takes long. */
const plain = /^[ -\u02ff\u2010-\u2027]*$/

function cut(line: string, length: number): string {
  if (line.length <= length) return line
  if (plain.test(line.slice(0, length))) return `${line.slice(0, length - 1)}…`
  const characters: string[] = []
  for (const { segment } of graphemes.segment(line)) {
    characters.push(segment)
    if (characters.length > length) return `${characters.slice(0, length - 1).join('')}…`
  }
  return line
}
