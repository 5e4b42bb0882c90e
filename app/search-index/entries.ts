/** What the index holds of a post or a person, in the form that the engine of this process takes. */
import { engine } from '../database/engine.ts'
import type { Entity } from '../text/entities.ts'
import { tagsOf } from '../text/entities.ts'
import { authorToken, tagToken, tokensOf } from './tokens.ts'

export type IndexedPost = { id: number; userId: number; body: string; entities: Entity[]; createdAt: Date }
export type IndexedPerson = { id: number; username: string; displayName: string }

/** PostgreSQL notes no more places of one word; the rest are left out on SQLite, too. */
const mostPlaces = 255

/** The words of a post, in their order, and tokens that no word can be for its author and its tags. */
export function postEntry({ userId, body, entities }: Omit<IndexedPost, 'id' | 'createdAt'>): string {
  const marks = [authorToken(userId), ...new Set(tagsOf(entities).map(tagToken))]
  return entryOf(body, marks)
}

/** The words of a person's names. */
export function personEntry({ username, displayName }: Omit<IndexedPerson, 'id'>): string {
  return entryOf(`${username} ${displayName}`, [])
}

function entryOf(text: string, marks: string[]): string {
  const places = new Map<string, number[]>()
  for (const [at, { text: word }] of tokensOf(text).entries()) {
    const known = places.get(word)
    if (!known) places.set(word, [at])
    else if (known.length < mostPlaces) known.push(at)
  }
  return engine === 'sqlite' ? fts5Text(places, marks) : tsvectorText(places, marks)
}

/** Words one after the other; in the place of one that was left out stands what no word can be. */
function fts5Text(places: Map<string, number[]>, marks: string[]): string {
  const words: string[] = []
  for (const [word, at] of places) for (const place of at) words[place] = word
  return [...Array.from(words, word => word ?? '_'), ...marks].join(' ')
}

function tsvectorText(places: Map<string, number[]>, marks: string[]): string {
  const words = [...places].map(([word, at]) => `'${word}':${at.map(place => place + 1).join(',')}`)
  return [...words, ...marks.map(mark => `'${mark}'`)].join(' ')
}
