/** Whether a database holds what the site has promised, once, and whether its parts agree with each other. */
import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseConfig } from '../../app/config.ts'
import { examineFile } from '../../app/database/sqlite/file.ts'
import { isQuiet, type Journal, type Load, type Written } from './load.ts'
import { claim, claimNone } from './program.ts'
import { countOf, type Row, rowsOf, withPostgres } from './rows.ts'
import { sharedRules } from './rules.ts'

/** Makes all claims about what is in the database after a load; `jobsWithin` milliseconds its jobs must be done. */
export async function audit(config: DatabaseConfig, { journal }: Load, jobsWithin: number): Promise<void> {
  claimNone('no answer but the expected ones and 503', journal.unexpected, `${journal.failures} failed`)
  await auditWritten(config, 'posts', journal.posts)
  await auditWritten(config, 'messages', journal.messages)
  await auditFollows(config, journal)
  await auditMarks(config, 'likes', journal.likes)
  await auditMarks(config, 'reposts', journal.reposts)
  await auditSessions(config, journal)
  await auditDerived(config)
  await auditUnread(config)
  await auditJobs(config, jobsWithin)
  await auditExports(config, journal)
  await auditIntegrity(config)
}

async function auditWritten(
  config: DatabaseConfig,
  table: 'posts' | 'messages',
  written: Map<string, Written>,
): Promise<void> {
  const found = await rowsOf(config, `select body, count(*) as copies from ${table} group by body`)
  const copies = new Map(found.map(row => [String(row['body']), Number(row['copies'])]))
  const promised = [...written].filter(([, { promisedAt }]) => promisedAt !== null).map(([body]) => body)
  const figures = `${promised.length} promised, ${written.size} sent, ${found.length} there`
  const lost = promised.filter(body => !copies.has(body))
  const doubled = [...copies].filter(([, count]) => count > 1).map(([body, count]) => `${count} × ${body}`)
  const strange = [...copies.keys()].filter(body => !written.has(body))
  claimNone(`${table}: none of the promised is missing`, lost, figures)
  claimNone(`${table}: none is there twice, or was never sent`, [...doubled, ...strange])
}

async function auditFollows(config: DatabaseConfig, { follows }: Journal): Promise<void> {
  const pairs = await rowsOf(
    config,
    `select a.username as one, b.username as other from follows f
     join users a on a.id = f.follower_id join users b on b.id = f.followed_id`,
  )
  const there = new Set(pairs.map(({ one, other }) => `${one} ${other}`))
  const wrong = [...follows].filter(([pair, wanted]) => there.has(pair) !== wanted)
  claimNone(
    'follows: each is as it was promised last',
    wrong.map(([pair, wanted]) => `${pair} should be ${wanted}`),
    `${follows.size} pairs`,
  )
}

async function auditMarks(
  config: DatabaseConfig,
  table: 'likes' | 'reposts',
  marks: Map<string, boolean>,
): Promise<void> {
  const rows = await rowsOf(
    config,
    `select u.username, m.post_id from ${table} m join users u on u.id = m.user_id`,
  )
  const there = new Set(rows.map(row => `${row['username']} ${row['post_id']}`))
  const wrong = [...marks].filter(([mark, wanted]) => there.has(mark) !== wanted)
  const strange = [...there].filter(mark => !marks.has(mark))
  claimNone(
    `${table}: each is as it was promised last`,
    [...wrong.map(([mark, wanted]) => `${mark} should be ${wanted}`), ...strange],
    `${rows.length} of ${marks.size}`,
  )
}

async function auditSessions(config: DatabaseConfig, { sessions }: Journal): Promise<void> {
  const rows = await rowsOf(config, 'select token_hash from sessions')
  const there = new Set(rows.map(row => row['token_hash']))
  const wrong = [...sessions].filter(([hash, state]) => there.has(hash) !== (state === 'open'))
  const open = [...sessions.values()].filter(state => state === 'open').length
  claimNone(
    'sessions: those begun are there, those ended are not',
    wrong.map(([hash, state]) => `${hash} should be ${state}`),
    `${open} open, ${sessions.size - open} ended`,
  )
}

/** What is written together with a post is there if the post is, and only then. */
export async function auditDerived(config: DatabaseConfig): Promise<void> {
  const lacking = (what: string) =>
    countOf(
      config,
      `select count(*) from posts p where body like 'word%' and (select count(*) from ${what}) <> 1`,
    )
  const wrong = {
    mentions: await lacking('mentions m where m.post_id = p.id'),
    hashtags: await lacking('hashtags h where h.post_id = p.id'),
    notifications: await lacking(`notifications n where n.post_id = p.id and n.kind = 'mention'`),
    'entries of the search index': await countOf(config, notIndexed[config.engine]),
  }
  const posts = await countOf(config, 'select count(*) from posts')
  const entries = await countOf(config, 'select count(*) from post_fts')
  for (const [name, count] of Object.entries(wrong))
    claim(`every post has its ${name}`, count === 0, `${count} have not`)
  for (const [rule, sql] of Object.entries(conversationRules)) {
    const broken = await countOf(config, sql)
    claim(rule, broken === 0, `${broken} are not`)
  }
  claim('the search index holds as many posts as there are', posts === entries, `${posts} and ${entries}`)
}

/** The load's words say what each post is. */
const conversationRules: Record<string, string> = {
  ...sharedRules,
  'replies have what they answer': `select count(*) from posts where body like 'answer%' and parent_id is null`,
  'authors are told of every reply': `select count(*) from posts p join posts parent on parent.id = p.parent_id
    where p.body like 'answer%' and parent.user_id <> p.user_id and (select count(*) from notifications n
      where n.kind = 'reply' and n.post_id = p.id and n.user_id = parent.user_id) <> 1`,
  'quotes have what they quote': `select count(*) from posts where body like 'quote%' and quoted_id is null`,
  'authors are told of likes and reposts, in one notification for each post': `select count(*) from posts p where
    (select count(*) from notifications n where n.kind = 'like' and n.post_id = p.id) <>
      (case when exists (select 1 from likes l where l.post_id = p.id and l.user_id <> p.user_id) then 1 else 0 end) or
    (select count(*) from notifications n where n.kind = 'repost' and n.post_id = p.id) <>
      (case when exists (select 1 from reposts r where r.post_id = p.id and r.user_id <> p.user_id) then 1 else 0 end)`,
}

/** SQLite's is numbered by moment and post; see search/tables.ts. */
const notIndexed = {
  sqlite: `select count(*) from posts p
    where not exists (select 1 from post_fts f where f.rowid = (p.created_at << 20) | (p.id & 1048575))`,
  postgresql: `select count(*) from posts p where not exists (select 1 from post_fts f
    where f.post_id = p.id and f.created_at = p.created_at and f.user_id = p.user_id)`,
}

export async function auditUnread(config: DatabaseConfig): Promise<void> {
  const rows = await rowsOf(
    config,
    `select u.username, p.unread, (select count(*) from messages m
       where m.conversation_id = p.conversation_id and m.sender_id <> p.user_id) as received
     from participants p join users u on u.id = p.user_id`,
  )
  const isWrong = ({ username, unread, received }: Row) =>
    isQuiet(String(username)) ? Number(unread) !== Number(received) : Number(unread) > Number(received)
  const wrong = rows
    .filter(isWrong)
    .map(({ username, unread, received }) => `${username}: ${unread} of ${received}`)
  claimNone('unread messages are counted right', wrong, `${rows.length} sides of conversations`)
}

/** A job that was being done when its worker was killed is taken up when its lease of 30 s has ended. */
async function auditJobs(config: DatabaseConfig, within: number): Promise<void> {
  const unfinished = `select state, name, attempts, error from jobs where state <> 'done' and name <> 'jobs.clean'`
  const start = performance.now()
  let left = await rowsOf(config, unfinished)
  while (left.length > 0 && performance.now() - start < within) {
    await delay(200)
    left = await rowsOf(config, unfinished)
  }
  const waited = `${((performance.now() - start) / 1000).toFixed(1)} s after the load`
  const done = await countOf(config, `select count(*) from jobs where state = 'done'`)
  claimNone(
    'every job is done',
    left.map(row => JSON.stringify(row)),
    `${done} jobs, ${waited}`,
  )
}

async function auditExports(config: DatabaseConfig, { exports }: Journal): Promise<void> {
  const made = await rowsOf(
    config,
    `select u.username, e.size, (select sum(length(bytes)) from export_parts p where p.export_id = e.id) as stored
     from exports e join users u on u.id = e.user_id`,
  )
  const whole = made.filter(({ size, stored }) => size !== null && Number(size) === Number(stored))
  const names = new Set(whole.map(row => String(row['username'])))
  const lacking = [...exports].filter(name => !names.has(name))
  claimNone('everybody who asked has one whole export', lacking, `${exports.size} people`)
  claim('no export is half made, or there twice', made.length === names.size, `${made.length} exports`)
}

export async function auditIntegrity(config: DatabaseConfig): Promise<void> {
  if (config.engine === 'sqlite') {
    const problem = await examineFile(config.file).then(() => '', String)
    return claim('integrity_check and foreign_key_check find nothing', problem === '', problem)
  }
  const checked = await withPostgres(config.url, async client => {
    await client`create extension if not exists amcheck`
    const indexes = await client`
      select c.oid::regclass::text as name, bt_index_parent_check(c.oid, true)::text from pg_index i
      join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
      where a.amname = 'btree' and c.relnamespace = 'public'::regnamespace`
    const tables = await client`
      select c.relname as name, (select count(*) from verify_heapam(c.oid)) as problems from pg_class c
      where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace`
    return { indexes, damaged: tables.filter(({ problems }) => Number(problems) > 0) }
  }).catch((error: Error) => error)
  if (checked instanceof Error) return claim('amcheck finds nothing', false, checked.message)
  claimNone(
    'amcheck finds nothing wrong with any table or index',
    checked.damaged.map(({ name }) => String(name)),
    `${checked.indexes.length} indexes`,
  )
}
