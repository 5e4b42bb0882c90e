/** Cache tags: the names under which pages and reads are cached, and which live updates and the job queue listen to. */
import { getTableName, type Table } from 'drizzle-orm'

/**
 * `posts` is the list of all posts; `post:42` a post wherever it shows; `author:7` the list of a person's posts;
 * `tag:tea` a hashtag's; `person:7` how a person shows to others; `follows:7` their followers and whom they follow;
 * `thread:42` that somebody has answered in the thread of a post, for live updates alone;
 * `viewer:7` what only they see: session, settings, badges, whom they follow and block. `jobs` wakes the workers,
 * `jobs:cancelled` stops one; `job:5` is how far a job is.
 */
export type CacheTag =
  | 'posts'
  | `post:${number}`
  | `author:${number}`
  | `tag:${string}`
  | `person:${number}`
  | `follows:${number}`
  | `viewer:${number}`
  | `thread:${number}`
  | 'jobs'
  | 'jobs:cancelled'
  | `job:${number}`

/** Anything may have been committed. */
export const ALL = '*'

/** What a commit has changed. */
export type Invalidation = ReadonlySet<CacheTag> | typeof ALL

/** The kinds of tags of which a write to the table must name one; null: no cached page or read shows the table. */
export const tagsOfTable: Record<string, readonly string[] | null> = {
  account_recoveries: null,
  api_tokens: null,
  blocks: ['viewer'],
  bookmarks: ['viewer'],
  conversations: null,
  email_confirmations: null,
  export_parts: null,
  exports: null,
  follows: ['viewer', 'follows'],
  former_usernames: null,
  hashtags: ['tag', 'post'],
  idempotency_keys: null,
  images: ['viewer', 'post'],
  interrupted_forms: null,
  jobs: null,
  known_devices: null,
  likes: ['post'],
  locks: null,
  mentions: null,
  messages: null,
  notifications: ['viewer'],
  participants: ['viewer'],
  password_resets: null,
  person_fts: null,
  post_fts: null,
  post_versions: ['post'],
  posts: ['author', 'post'],
  rate_limits: null,
  reposts: ['post'],
  retired_usernames: null,
  sessions: ['viewer'],
  sign_in_links: null,
  sqlite_sequence: null,
  thread_gaps: ['post'],
  thread_mutes: ['viewer'],
  translations: null,
  users: ['person', 'viewer'],
}

/** What one transaction changes, as far as it has come. */
export class Change {
  readonly #tags = new Set<CacheTag>()
  readonly #tables = new Set<string>()

  wrote(table: Table): void {
    this.#tables.add(getTableName(table))
  }

  invalidates(tags: readonly CacheTag[]): void {
    for (const tag of tags) this.#tags.add(tag)
  }

  /** What its commit invalidates: everything, if a table was written whose tags were not named; null for nothing. */
  get invalidation(): Invalidation | null {
    const kinds = new Set([...this.#tags].map(tag => tag.split(':', 1)[0]))
    for (const table of this.#tables) {
      const expected = tagsOfTable[table]
      if (expected === null) continue
      if (!expected?.some(kind => kinds.has(kind))) return ALL
    }
    return this.#tags.size > 0 ? this.#tags : null
  }
}

/** The functions of this process that are called after each commit. */
export class Listeners {
  readonly #listeners = new Set<(invalidation: Invalidation) => void>()

  add(listener: (invalidation: Invalidation) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  emit(invalidation: Invalidation | null): void {
    if (invalidation !== null) for (const listener of this.#listeners) listener(invalidation)
  }
}
