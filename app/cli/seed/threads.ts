import { readFileSync } from 'node:fs'
import type { ReplyAudience } from '../../database/schema.ts'
import { isScene, type SceneName } from './scenes.ts'

/** When a thread starts: an hour (UTC) of a day before today, or minutes before now. */
type Start = { daysAgo: number; hour: number } | { minutesAgo: number }
/** Posts that follow each other; the minutes between them are random. */
export type Thread = Start & { posts: Line[] }
/** `key` tells the post from all others; `answers` and `quotes` are the keys of what it replies to and shows as a card. */
export type Line = {
  key: string
  answers: string | null
  quotes: string | null
  author: string
  body: string
  language: string
  /** What it said before it was edited, oldest first. */
  earlier: string[]
  repliesFrom: ReplyAudience
  contentWarning: string | null
  isDeleted: boolean
  isPinned: boolean
  /** Liked by almost everyone. */
  isLoved: boolean
  pictures: Picture[]
}
/** A scene of scenes.ts: each number is another view of it. */
export type Picture = { scene: SceneName; number: number; alt: string }

const start = /^(?<count>\d+) (?:minutes? ago|days? ago, (?<hour>\d+):00)$/
/** Who, what is special about it, and the text, with `\n` for a line break. */
const post = /^(?<indent>(?: {2})*)(?<author>\w+)(?: \((?<options>[^)]+)\))?: (?<body>.+)$/
const edit = /^ *was: (?<body>.+)$/
const picture = /^ *shows (?<scene>\w+) (?<number>\d+): (?<alt>.+)$/

const plain = {
  quotes: null,
  language: 'en',
  repliesFrom: 'everyone',
  contentWarning: null,
  isDeleted: false,
  isPinned: false,
  isLoved: false,
} as const

/**
 * Three weeks in Pellhaven, oldest week first. In posts.txt a blank line ends a thread, `#` begins a comment, and a
 * reply is indented by two spaces more than what it answers, above it. `was:` is what the post above it said before, and `shows` a picture of it. In
 * brackets stand its language, English unless it says so, and what `optionOf` reads.
 */
export const threads = withQuotes(
  readFileSync(new URL('posts.txt', import.meta.url), 'utf8')
    .trim()
    .split(/\n{2,}/)
    .filter(paragraph => !paragraph.startsWith('#'))
    .map(threadOf),
)

type Labeled = Line & { label?: string }

function threadOf(paragraph: string, index: number): Start & { posts: Labeled[] } {
  const [first = '', ...lines] = paragraph.split('\n')
  const { count, hour } = groupsOf(start, first)
  /** The key of the last post at each depth, down to that of the post before. */
  const above: string[] = []
  const posts: Labeled[] = []
  for (const [number, line] of lines.entries()) {
    const { body: earlier } = edit.exec(line)?.groups ?? {}
    const shown = picture.exec(line)?.groups
    if (earlier !== undefined) posts.at(-1)?.earlier.push(textOf(earlier))
    else if (shown) posts.at(-1)?.pictures.push(pictureOf(shown))
    else {
      const { indent = '', author = '', body = '', options = '' } = groupsOf(post, line)
      const [key, depth] = [`${index}.${number}`, indent.length / 2]
      if (depth > above.length) throw new Error(`posts.txt: this reply is indented too far: ${line}`)
      above.splice(depth, above.length, key)
      const answers = above[depth - 1] ?? null
      posts.push({
        ...plain,
        earlier: [],
        pictures: [],
        key,
        answers,
        author,
        body: textOf(body),
        ...optionsOf(options),
      })
    }
  }
  return hour === undefined
    ? { minutesAgo: Number(count), posts }
    : { daysAgo: Number(count), hour: Number(hour), posts }
}

function pictureOf({ scene = '', number, alt = '' }: Partial<Record<string, string>>): Picture {
  if (!isScene(scene)) throw new Error(`posts.txt: there is no scene ${scene}`)
  return { scene, number: Number(number), alt }
}

function textOf(line: string): string {
  return line.replaceAll('\\n', '\n')
}

function optionsOf(text: string): Partial<Labeled> {
  const options = text === '' ? [] : text.split(', ')
  return Object.assign({}, ...options.map(optionOf)) as Partial<Labeled>
}

/** `quotes` names a post that is called `as` the same. */
function optionOf(option: string): Partial<Labeled> {
  const [word = '', ...rest] = option.split(' ')
  const words = rest.join(' ')
  if (word === 'deleted') return { isDeleted: true }
  if (word === 'pinned') return { isPinned: true }
  if (word === 'loved') return { isLoved: true }
  if (word === 'as') return { label: words }
  if (word === 'quotes') return { quotes: words }
  if (word === 'replies') return { repliesFrom: words as ReplyAudience }
  if (word === 'warns') return { contentWarning: words }
  if (/^[a-z]{2}$/.test(option)) return { language: option }
  throw new Error(`posts.txt: this is nothing that a post has: ${option}`)
}

/** Names of quoted posts become their keys. */
function withQuotes(labeled: (Start & { posts: Labeled[] })[]): Thread[] {
  const all = labeled.flatMap(({ posts }) => posts)
  const keys = new Map(all.map(({ label, key }) => [label, key]))
  const keyOf = (label: string) => {
    const key = keys.get(label)
    if (!key) throw new Error(`posts.txt: no post is called ${label}`)
    return key
  }
  return labeled.map(thread => ({
    ...thread,
    posts: thread.posts.map(({ label: _label, quotes, ...line }) => ({
      ...line,
      quotes: quotes === null ? null : keyOf(quotes),
    })),
  }))
}

function groupsOf(pattern: RegExp, line: string): Partial<Record<string, string>> {
  const { groups } = pattern.exec(line) ?? {}
  if (!groups) throw new Error(`posts.txt: this line is neither the start of a thread nor a post: ${line}`)
  return groups
}
