import { readFileSync } from 'node:fs'

/** When a thread starts: an hour (UTC) of a day before today, or minutes before now. */
type Start = { daysAgo: number; hour: number } | { minutesAgo: number }
/** Posts that follow each other; the minutes between them are random. */
export type Thread = Start & { posts: Line[] }
/** `key` tells the post from all others, and `answers` is the key of what it replies to. */
export type Line = {
  key: string
  answers: string | null
  author: string
  body: string
  language: string
  isEdited: boolean
  isDeleted: boolean
}

const start = /^(?<count>\d+) (?:minutes? ago|days? ago, (?<hour>\d+):00)$/
/** Who, the language (English unless it says so), what became of it later, and the text, with `\n` for a line break. */
const post =
  /^(?<indent>(?: {2})*)(?<author>\w+)(?: \((?<language>[a-z]{2})?(?:, )?(?<change>edited|deleted)?\))?: (?<body>.+)$/

/**
 * Three weeks in Pellhaven, oldest week first. In posts.txt a blank line ends a thread, `#` begins a comment, and a
 * reply is indented by two spaces more than what it answers, above it.
 */
export const threads = readFileSync(new URL('posts.txt', import.meta.url), 'utf8')
  .trim()
  .split(/\n{2,}/)
  .filter(paragraph => !paragraph.startsWith('#'))
  .map(threadOf)

function threadOf(paragraph: string, index: number): Thread {
  const [first = '', ...lines] = paragraph.split('\n')
  const { count, hour } = groupsOf(start, first)
  /** The key of the last post at each depth, down to that of the post before. */
  const above: string[] = []
  const posts = lines.map((line, number): Line => {
    const { indent = '', author = '', body = '', language = 'en', change } = groupsOf(post, line)
    const [key, depth] = [`${index}.${number}`, indent.length / 2]
    if (depth > above.length) throw new Error(`posts.txt: this reply is indented too far: ${line}`)
    above.splice(depth, above.length, key)
    return {
      key,
      answers: above[depth - 1] ?? null,
      author,
      body: body.replaceAll('\\n', '\n'),
      language,
      isEdited: change === 'edited',
      isDeleted: change === 'deleted',
    }
  })
  return hour === undefined
    ? { minutesAgo: Number(count), posts }
    : { daysAgo: Number(count), hour: Number(hour), posts }
}

function groupsOf(pattern: RegExp, line: string): Partial<Record<string, string>> {
  const { groups } = pattern.exec(line) ?? {}
  if (!groups) throw new Error(`posts.txt: this line is neither the start of a thread nor a post: ${line}`)
  return groups
}
