/**
 * What has been committed, by what it is about: whoever has made something of rows that they read earlier learns
 * whether it still holds. A write that does not say what it is about is about everything.
 */
import { getTableName, type Table } from 'drizzle-orm'
import type { State } from './database.ts'

/** What a remembered page may show: somebody's posts, anybody's, those with a tag; somebody themselves. */
export type Topic = 'posts' | `posts:${number}` | `tag:${string}` | `person:${number}`

export function topicOfPerson(id: number): Topic {
  return `person:${id}`
}

/** Tables of which no remembered page shows anything. */
const unseen = new Set([
  'api_tokens',
  'email_confirmations',
  'export_parts',
  'exports',
  'idempotency_keys',
  'jobs',
  'known_devices',
  'messages',
  'password_resets',
  'person_fts',
  'post_fts',
  'rate_limits',
  'translations',
])

/** What one transaction changes. */
export class Change {
  readonly topics = new Set<Topic>()
  isAboutEverything = false
  isEmpty = true

  wrote(table: Table, about: readonly Topic[]): void {
    this.isEmpty = false
    for (const topic of about) this.topics.add(topic)
    if (about.length === 0 && !unseen.has(getTableName(table))) this.isAboutEverything = true
  }
}

const mostTopics = 100_000

/** The commits that this process knows of, numbered; for each topic the last that was about it. */
export class ChangeLog {
  #moment = 0
  #everything = 0
  readonly #topics = new Map<Topic, number>()

  commit({ topics, isAboutEverything }: Change): void {
    this.#moment++
    if (isAboutEverything || this.#topics.size > mostTopics) return this.#forget()
    for (const topic of topics) this.#topics.set(topic, this.#moment)
  }

  /** Somebody else has written, nobody knows what. */
  commitUnknown(): void {
    this.#moment++
    this.#forget()
  }

  #forget(): void {
    this.#everything = this.#moment
    this.#topics.clear()
  }

  /** As it is now; equal keys mean that nothing at all was committed in between. */
  state(): State {
    const moment = this.#moment
    return {
      key: String(moment),
      knowsTopics: true,
      isUnchangedSince: (earlier, topics) => earlier.knowsTopics && this.#holds(Number(earlier.key), topics),
    }
  }

  #holds(since: number, topics: readonly Topic[] | null): boolean {
    if (since === this.#moment) return true
    if (topics === null || this.#everything > since) return false
    return topics.every(topic => (this.#topics.get(topic) ?? 0) <= since)
  }
}
