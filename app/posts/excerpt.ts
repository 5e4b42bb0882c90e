/**
 * What is shown of a post away from its own place, where nothing folds: its content warning, or else how it begins, or
 * what its pictures are if it has no words.
 * Titles, lines about what is answered, descriptions for other sites and notices all ask here.
 */
import { images, posts } from '../database/schema.ts'
import { sql } from '../database/sql.ts'
import type { Translate } from '../locales/translate.ts'
import { type Entity, partsOf } from '../text/entities.ts'
import { abbreviate } from '../text/links.ts'

type Worded = {
  body: string
  entities: Entity[]
  contentWarning: string | null
  images: { alt: string }[]
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** One line of at most so many characters, the ellipsis among them, long addresses short. */
export function excerptOf(post: Worded, t: Translate, length = 200): string {
  const shown = partsOf(post).map(({ kind, text }) => (kind === 'link' ? abbreviate(text) : text))
  const words = post.contentWarning ?? (shown.join('') || picturesIn(post.images, t))
  return cut(words.replaceAll(spacing, ' ').trim(), length)
}

/** What becomes one space, but for a single space, which nearly all are. */
const spacing = /\s{2,}|[^\S ]/g

function picturesIn(images: Worded['images'], t: Translate): string {
  const [first] = images
  if (images.length === 1 && first?.alt) return t('images.described', { alt: first.alt })
  return images.length > 0 ? t('images.count', { count: images.length }) : ''
}

/** The same for a list that selects no more of a post: `beginningOf` shows it. */
export const excerptColumns = {
  words: sql<string>`substr(coalesce(${posts.contentWarning}, ${posts.body}), 1, 280)`,
  imageCount: posts.imageCount,
  /** Of the first picture of a post without words. */
  alt: sql<string | null>`case when ${posts.body} = '' and ${posts.imageCount} > 0 then
    (select ${images.alt} from ${images} where ${images.postId} = ${posts.id}
    order by ${images.position}, ${images.id} limit 1) end`,
}

/** How a post begins, of what `excerptColumns` selects. */
export function beginningOf(
  { words, imageCount, alt }: { words: string; imageCount: number; alt: string | null },
  t: Translate,
): string {
  return (
    words ||
    picturesIn(
      Array.from({ length: imageCount }, () => ({ alt: alt ?? '' })),
      t,
    )
  )
}

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
