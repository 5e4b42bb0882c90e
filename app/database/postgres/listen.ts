/** What processes say to each other on PostgreSQL: by NOTIFY, at the commit of whoever says it. */
import type postgres from 'postgres'
import { anything } from '../database.ts'

const channel = 'microblog'

/** The statement that says `$1`, lines of text, to whoever hears it. */
export const notifyOthers = `select pg_notify('${channel}', line) from unnest(string_to_array($1, chr(10))) as line`

/** The lines in which a process says what its transaction was about. */
export function linesOf(topics: Iterable<string>, origin: string): string {
  return [...topics].map(topic => `${origin} ${topic}`).join('\n')
}

/**
 * Hears on a connection of its own what the transactions of other processes signalled. The connection is made
 * again whenever it is lost; something may have been missed then, as between asking for it and having it.
 */
export function listen(
  listening: postgres.Sql,
  origin: string,
  emit: (topic: string) => void,
): () => Promise<void> {
  const hear = (payload: string) => {
    const [from, topic] = payload.split(' ')
    if (from !== origin && topic) emit(topic)
  }
  // If it fails now, it is tried again like a connection that was lost.
  void listening.listen(channel, hear, () => emit(anything)).catch(() => {})
  return () => listening.end({ timeout: 0 })
}
