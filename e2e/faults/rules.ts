/** What must hold of every row whatever was asked for, also where the database itself cannot check it. */

import { linesOf, tableNames } from '../../app/cli/transfer/tables.ts'
import type { Site } from '../../app/testing/site.ts'
import { type Entity, graphemeCount } from '../../app/text/entities.ts'
import { foldName, isBlank } from '../../app/text/normalize.ts'
import { claim, claimNone } from './program.ts'
import { countOf, rowsOf } from './rows.ts'

const across = `(b.blocker_id = m.user_id and b.blocked_id = p.user_id)
  or (b.blocker_id = p.user_id and b.blocked_id = m.user_id)`

/** How many rows break a rule, by the rule; these after a load, too. */
export const sharedRules: Record<string, string> = {
  'likes and reposts are as many as their posts say': `select count(*) from posts p where
    p.like_count <> (select count(*) from likes l where l.post_id = p.id) or
    p.repost_count <> (select count(*) from reposts r where r.post_id = p.id)`,
  'replies stand in the thread of what they answer': `select count(*) from posts p where p.parent_id is not null and
    (select count(*) from posts parent
      where parent.id = p.parent_id and coalesce(parent.root_id, parent.id) = p.root_id) +
    (select count(*) from thread_gaps g where g.post_id = p.parent_id) <> 1`,
}

const counts: Record<string, string> = {
  ...sharedRules,
  'nobody likes or reposts across a block': `select
    (select count(*) from likes m join posts p on p.id = m.post_id join blocks b on ${across}) +
    (select count(*) from reposts m join posts p on p.id = m.post_id join blocks b on ${across})`,
  'a gap has something below it': `select count(*) from thread_gaps g where
    not exists (select 1 from posts p where p.parent_id = g.post_id) and
    not exists (select 1 from thread_gaps below where below.parent_id = g.post_id)`,
  'at most three posts of a person are pinned': `select count(*) from (select user_id from posts
    where pinned_at is not null group by user_id having count(*) > 3) as pinned`,
  'only threads are muted': `select count(*) from thread_mutes m where
    not exists (select 1 from posts p where coalesce(p.root_id, p.id) = m.root_id)`,
  'nobody follows whom they block, or who blocks them': `select count(*) from follows f join blocks b
    on (b.blocker_id = f.follower_id and b.blocked_id = f.followed_id)
    or (b.blocker_id = f.followed_id and b.blocked_id = f.follower_id)`,
  'nobody follows, blocks or writes to themselves': `select
    (select count(*) from follows where follower_id = followed_id) +
    (select count(*) from blocks where blocker_id = blocked_id) +
    (select count(*) from conversations where first_id = second_id)`,
  'a conversation has its two sides': `select count(*) from conversations c where (select count(*)
    from participants p where p.conversation_id = c.id
    and ((p.user_id = c.first_id and p.other_id = c.second_id)
      or (p.user_id = c.second_id and p.other_id = c.first_id))) <> 2`,
  'a message is from one of the two': `select count(*) from messages m join conversations c
    on c.id = m.conversation_id where m.sender_id not in (c.first_id, c.second_id)`,
  'no more is unread than was received': `select count(*) from participants p where p.unread > (select count(*)
    from messages m where m.conversation_id = p.conversation_id and m.sender_id <> p.user_id)`,
  'a hashtag has the moment of its post': `select count(*) from hashtags h join posts p on p.id = h.post_id
    where h.created_at <> p.created_at`,
  'the search index holds every post once': `select abs((select count(*) from posts) - (select count(*) from post_fts))`,
  'nothing was edited before it was written': 'select count(*) from posts where edited_at < created_at',
  'nobody has the former name of another': `select count(*) from former_usernames f
    join users u on u.username_key = f.username_key where u.id <> f.user_id`,
  'no job was given up': `select count(*) from jobs where state = 'parked'`,
  'a finished export is whole': `select count(*) from exports e where size is not null
    and size <> (select coalesce(sum(length(bytes)), 0) from export_parts p where p.export_id = e.id)`,
}

export async function auditRules(site: Site): Promise<void> {
  for (const [rule, sql] of Object.entries(counts)) {
    const broken = await countOf(site.config.database, sql)
    claim(rule, broken === 0, `${broken} rows do not obey`)
  }
  await auditNames(site)
  await auditWords(site)
  await auditText(site)
}

async function auditNames({ config }: Site): Promise<void> {
  const rows = await rowsOf(config.database, 'select username, username_key, email, email_key from users')
  const broken = rows.filter(
    ({ username, username_key, email, email_key }) =>
      !/^[A-Za-z0-9_]{1,64}$/.test(String(username)) ||
      foldName(String(username)) !== username_key ||
      // An unproven address's key goes on after a blank.
      foldName(String(email)) !== String(email_key).split(' ')[0],
  )
  claimNone('names can be typed, and are found by their keys', broken.map(shown), `${rows.length} people`)
}

/** Posts and messages: neither blank nor too long, and what is marked in them is inside, without overlaps. */
async function auditWords({ config }: Site): Promise<void> {
  const query = 'select body, entities from posts union all select body, entities from messages'
  const rows = await rowsOf(
    config.database,
    query.replaceAll('entities', 'cast(entities as text) as entities'),
  )
  const broken = rows.filter(({ body, entities }) => {
    const words = String(body)
    const marked = JSON.parse(String(entities)) as Entity[]
    const isInside = marked.every(
      ({ start, end }, at) => (marked[at - 1]?.end ?? 0) <= start && start < end && end <= words.length,
    )
    return isBlank(words) || graphemeCount(words) > config.postMaxLength || !isInside
  })
  claimNone('words are neither blank nor too long', broken.map(shown), `${rows.length} posts and messages`)
}

async function auditText({ app: { db } }: Site): Promise<void> {
  const broken: string[] = []
  let rows = 0
  for (const name of tableNames) {
    for await (const lines of linesOf(db, name)) {
      rows += lines.length
      broken.push(...lines.filter(line => /\\u0000|\\ud[89a-f][0-9a-f]{2}/i.test(line)))
    }
  }
  claimNone('every text can be shown', broken, `${rows} rows read`)
}

function shown(row: object): string {
  return JSON.stringify(row).slice(0, 300)
}
