import Client from 'better-sqlite3'
import postgres from 'postgres'
import type { DatabaseConfig } from '../config.ts'
import { type PostKey, placeOf } from '../search-index/indexing.ts'

/** Everything that the index holds, as text: each word of each row, and its position. */
export async function dumpIndex(config: DatabaseConfig): Promise<string[]> {
  if (config.engine === 'postgresql') return dumpOfPostgres(config.url)
  const client = new Client(config.file)
  const tables = ['post_fts', 'person_fts'].map(name => {
    client.exec(`create virtual table temp.${name}_vocab using fts5vocab('main', '${name}', 'instance')`)
    const columns = `doc || ' ' || offset || ' ' || term`
    return client
      .prepare(`select '${name} ' || ${columns} from ${name}_vocab order by doc, offset`)
      .pluck()
      .all()
  })
  client.exec("insert into post_fts(post_fts) values ('integrity-check')")
  client.close()
  return tables.flat() as string[]
}

async function dumpOfPostgres(url: string): Promise<string[]> {
  const client = postgres(url, { max: 1 })
  const rows = await client`
    select concat_ws(' ', post_id, user_id, created_at, words) as line from post_fts
    union all select concat_ws(' ', user_id, words) from person_fts order by line`
  await client.end()
  return rows.map(({ line }) => String(line))
}

/** What the index holds of one post, without what tells it from others: nothing if the post is not in it. */
export async function indexedWords(config: DatabaseConfig, key: PostKey): Promise<string[]> {
  const start = config.engine === 'sqlite' ? `post_fts ${placeOf(key)} ` : `${key.id} `
  const lines = (await dumpIndex(config)).filter(line => line.startsWith(start))
  return lines.map(line => line.slice(start.length).replace(/^\d+ \d{4}-\d\d-\d\d \S+ /, ''))
}
