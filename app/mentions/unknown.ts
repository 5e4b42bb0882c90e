/** Mentions that are nobody's, which are pointed out to who wrote them. */
import type { Reader } from '../database/database.ts'
import type { FlashNote } from '../http/views.ts'
import { mentionedPeople } from '../people/username-queries.ts'
import { findEntities } from '../text/entities.ts'
import { foldName } from '../text/normalize.ts'

/** More are not named: the text is hardly about people then. */
const named = 5

/** A text as it was published; `before`: the text in whose place it is. */
type Published = { id: number; body: string; before?: string }

/** What the next page says of mentions that are nobody's, with the way to edit the first post that has one. */
export async function noteUnknown(db: Reader, published: Published[]): Promise<FlashNote | null> {
  const found = published.map(({ body, before = '' }) => without(mentionsOf(body), mentionsOf(before)))
  const people = await mentionedPeople(
    db,
    published.map(({ body }) => findEntities(body)),
  )
  const unknown = found.map(names => new Map([...names].filter(([key]) => !people.has(key))))
  const first = published[unknown.findIndex(names => names.size > 0)]
  if (!first) return null
  const distinct = new Map(unknown.flatMap(names => [...names]))
  const names = [...distinct.values()].slice(0, named).map(name => `@${name}`)
  return { key: 'mentions.unknown', names, href: `/posts/${first.id}/edit`, label: 'posts.edit_title' }
}

/** The names in a text as they are first typed, by their folded form. */
function mentionsOf(body: string): Map<string, string> {
  const names = new Map<string, string>()
  for (const { kind, href } of findEntities(body)) {
    const [name, key] = [href.slice(2), foldName(href.slice(2))]
    if (kind === 'mention' && !names.has(key)) names.set(key, name)
  }
  return names
}

function without(names: Map<string, string>, others: Map<string, string>): Map<string, string> {
  return new Map([...names].filter(([key]) => !others.has(key)))
}
