import { readFileSync } from 'node:fs'

/** When a thread starts: an hour (UTC) of a day before today, or minutes before now. */
type Start = { daysAgo: number; hour: number } | { minutesAgo: number }
/** Posts that follow each other; the minutes between them are random. */
export type Thread = Start & {
  posts: { author: string; body: string; language: string; isEdited: boolean }[]
}

const start = /^(?<count>\d+) (?:minutes? ago|days? ago, (?<hour>\d+):00)$/
/** Who, the language (English unless it says so), whether it was corrected later, and the text, with `\n` for a line break. */
const post = /^(?<author>\w+)(?: \((?<language>[a-z]{2})?(?:, )?(?<edited>edited)?\))?: (?<body>.+)$/

/** Three weeks in Pellhaven, oldest week first. In posts.txt a blank line ends a thread, and `#` begins a comment. */
export const threads = readFileSync(new URL('posts.txt', import.meta.url), 'utf8')
  .trim()
  .split(/\n{2,}/)
  .filter(paragraph => !paragraph.startsWith('#'))
  .map(threadOf)

function threadOf(paragraph: string): Thread {
  const [first = '', ...lines] = paragraph.split('\n')
  const { count, hour } = groupsOf(start, first)
  const posts = lines.map(line => {
    const { author = '', body = '', language = 'en', edited } = groupsOf(post, line)
    return { author, body: body.replaceAll('\\n', '\n'), language, isEdited: edited !== undefined }
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
