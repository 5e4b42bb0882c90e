import type { Formats } from '../locales/formats.ts'
import type { Language } from '../locales/translate.ts'
import type { Post } from './queries.ts'

/** What a post in a list shows besides itself. */
type Reader = { viewer: { id: number } | null; language: Language; when: Formats['when'] }

const most = 4_000

/**
 * The HTML of posts in lists, each rendered once for everybody who sees the same: the key holds all that it
 * shows. Timelines that share posts share them, too, while the site is being written to.
 */
export function openFragments() {
  const fragments = new Map<string, string>()
  return (post: Post, reader: Reader, render: () => string): string => {
    const key = keyOf(post, reader)
    let html = fragments.get(key)
    if (html === undefined) {
      if (fragments.size >= most) fragments.clear()
      fragments.set(key, (html = inOnePiece(render())))
    }
    return html
  }
}

/** V8 keeps a text as the hundred pieces that it was put together from, until somebody asks for a character of it. */
function inOnePiece(text: string): string {
  text.charCodeAt(0)
  return text
}

function keyOf(post: Post, { viewer, language, when }: Reader): string {
  const { id, createdAt, editedAt, author } = post
  const own = viewer?.id === author.id
  const words = `${id}|${createdAt.getTime()}|${editedAt?.getTime()}|${post.language}`
  return `${words}|${author.username}|${author.displayName}|${own}|${language}|${when.relative(createdAt)}`
}
