import type { Stream } from './stream.ts'

/** What is to be found out, and for whom; people and jobs by their ids. */
export type Work = {
  joining: Set<Stream>
  news: Set<number>
  sessions: Set<number>
  jobs: Set<number>
  posts: boolean
  /** Nobody can say what has changed. */
  everything: boolean
}

export function noWork(): Work {
  const ids = () => new Set<number>()
  return { joining: new Set(), news: ids(), sessions: ids(), jobs: ids(), posts: false, everything: false }
}

export function isWork({ joining, news, sessions, jobs, posts, everything }: Work): boolean {
  return posts || everything || joining.size + news.size + sessions.size + jobs.size > 0
}

export function both(one: Work, other: Work): Work {
  return {
    joining: new Set([...one.joining, ...other.joining]),
    news: new Set([...one.news, ...other.news]),
    sessions: new Set([...one.sessions, ...other.sessions]),
    jobs: new Set([...one.jobs, ...other.jobs]),
    posts: one.posts || other.posts,
    everything: one.everything || other.everything,
  }
}
