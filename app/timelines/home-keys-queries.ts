/** The keys of Home's entries, in the shape that each engine reads fast. */
import { type Direction, type Place, placeOf } from '../database/cursor.ts'
import { engine } from '../database/engine.ts'
import { follows, type HomeReplies, posts, reposts } from '../database/schema.ts'
import { type AnyColumn, and, asc, desc, isNotNull, isNull, type SQL, sql } from '../database/sql.ts'
import { hasSeenAuthor, isNotClosed, viewerId } from '../people/visibility.ts'
import type { Asked } from './entries.ts'

const onSqlite = engine === 'sqlite'
const self = onSqlite ? viewerId : sql`${viewerId}::bigint`

/** Without closed accounts: their posts, left out later, would leave a page short or empty. */
function followedBy(follower: SQL, among?: SQL): SQL {
  return sql`select ${follows.followedId} as id from ${follows} where ${and(sql`${follows.followerId} = ${follower}`, among, isNotClosed(follows.followedId))}`
}

const authors = sql`${followedBy(viewerId)} union all select ${self}`

/** Posts that answer nobody else. */
function postKeys(place: Place): SQL {
  const { beyond, order, limit, direction } = place
  const { id, userId, createdAt, answeredId } = posts
  const newest = (whose: SQL, most: number) =>
    sql`select ${id}, ${createdAt} from ${posts} where ${and(whose, isNull(answeredId), beyond)} ${inOrder(order, most)}`
  if (onSqlite) return newest(sql`${userId} in (${authors})`, limit)
  // A page is written by no more people than it has posts: those whose own newest are the newest. So one key of each
  // author tells whose next ones are read at all. Flat however quiet the people are that one follows.
  const byKey = sql.raw(direction === 'after' ? 'key.created_at, key.id' : 'key.created_at desc, key.id desc')
  const keysOf = (people: SQL, most: number) => sql`(${people}) as author cross join lateral (
    ${newest(sql`${userId} = author.id`, most)}) as key order by ${byKey} limit ${sql.raw(String(limit))}`
  return sql`select key.id, key.created_at from ${keysOf(sql`select author.id from ${keysOf(authors, 1)}`, limit)}`
}

function inOrder(order: SQL[], limit: number): SQL {
  return sql`order by ${sql.join(order, sql`, `)} limit ${sql.raw(String(limit))}`
}

/** The time of the last of the posts; where they end, the end of time. */
const edge = sql`(select edge from ends)`

/** What the viewer wants of Home, besides posts. */
export type Wanted = { replies: HomeReplies; reposts: boolean }

/**
 * So many reposts, or replies, of the whole site are looked through at most. Where more of them lie between the posts of a
 * page, those of each followed account are looked up instead: many people write while few posts of theirs appear, or the
 * viewer follows only quiet ones.
 */
const walked = 300
/** Of one account's replies between the posts of a page, only the newest so many are looked at: most answer strangers. */
const newestReplies = 100

/** The ends of time, which no row lies beyond. */
const [first, last] = [new Date(0), new Date(9_999_999_999_999)]

/**
 * The keys of a page, as the columns at, post_id, by_id and is_post: posts that answer nobody else, and the reposts and
 * replies between the cursor and the last of them.
 */
export function homeKeys(asked: Asked, { replies, reposts }: Wanted): SQL {
  const { direction, size } = asked
  const kinds = [
    ...(reposts ? [repostKeys(asked)] : []),
    ...(replies === 'none' ? [] : [replyKeys(asked, replies)]),
  ]
  const place = placeOf(direction, { time: posts.createdAt, id: posts.id }, size)
  const plain = sql`with plain as materialized (${postKeys(place)})`
  const plainKeys = sql`select created_at as at, id as post_id, 0 as by_id, 1 as is_post from plain`
  if (kinds.length === 0) return sql`${plain} ${plainKeys}`
  const [end, beyond, farthest] = direction === 'after' ? [last, first, 'max'] : [first, last, 'min']
  const time = (date: Date) => asTime(sql`${sql.param(date, posts.createdAt)}`)
  const ends = sql`ends as materialized (select case when count(*) > ${sql.raw(String(size))}
    then ${sql.raw(farthest)}(created_at) else ${time(end)} end as edge, ${time(beyond)} as beyond from plain)`
  const order = direction === 'after' ? 'at, post_id, by_id' : 'at desc, post_id desc, by_id desc'
  const starts = sql.join(
    kinds.map(({ start }) => start),
    sql`, `,
  )
  const between = sql.join(
    kinds.flatMap(({ keys }) => keys).map(part => sql`select * from (${part}) as part`),
    sql` union all `,
  )
  return sql`${plain}, ${ends}, ${starts} ${plainKeys} union all select * from (
    select at, post_id, by_id, 0 as is_post from (${between}) as entry
    order by ${sql.raw(order)} limit ${sql.raw(String(size + 1))}) as entry`
}

/** A common table with one row: where to look for a kind of entry; and the queries that look there. */
type Kind = { start: SQL; keys: SQL[] }
type Source = {
  name: string
  table: typeof reposts | typeof posts
  time: AnyColumn
  only?: SQL
  place: Place
}

function repostKeys({ direction, size }: Asked): Kind {
  const time = reposts.createdAt
  const place = placeOf(direction, { time, id: reposts.postId }, size)
  const source = { name: 'repost_start', table: reposts, time, place }
  const columns = sql`select ${time} as at, ${reposts.postId} as post_id, ${reposts.userId} as by_id from ${reposts}`
  const isShown = and(hasSeenAuthor(reposts.postId), place.beyond)
  const order = inOrder([...place.order, directed(reposts.userId, direction)], place.limit)
  const among = sql`${follows.repostsShown}`
  const from = (start: SQL, whose: SQL | undefined) =>
    sql`${columns} where ${and(isWithin(source, start), whose, isShown)} ${order}`
  const walk = from(startOf(source, 'edge'), isFollowed(reposts.userId, among))
  const people = sql`${followedBy(startOf(source, 'follower'), among)} union all select ${startOf(source, 'follower')}`
  const lookUp = onSqlite
    ? from(edge, sql`${reposts.userId} in (${people})`)
    : sql`select key.* from (${people}) as author cross join lateral (
        ${from(edge, sql`${reposts.userId} = author.id`)}) as key`
  return { start: whereToStart(source), keys: [walk, lookUp] }
}

function replyKeys({ direction, size }: Asked, replies: HomeReplies): Kind {
  const time = posts.createdAt
  const place = placeOf(direction, { time, id: posts.id }, size)
  const only = isNotNull(posts.answeredId)
  const source = { name: 'reply_start', table: posts, time, only, place }
  const columns = sql`select ${time} as at, ${posts.id} as post_id, 0 as by_id from ${posts}`
  const isAnswered = replies === 'all' ? undefined : isFollowed(posts.answeredId)
  const walk = sql`${columns} where ${and(isWithin(source, startOf(source, 'edge')), only, isFollowed(posts.userId), isAnswered, place.beyond)}
    ${inOrder(place.order, place.limit)}`
  const people = sql`${followedBy(startOf(source, 'follower'))} union all select ${startOf(source, 'follower')}`
  const newest = sql`select ${posts.id}, ${posts.createdAt}, ${posts.answeredId} from ${posts}
    where ${and(sql`${posts.userId} = author.id`, only, isWithin(source, edge), place.beyond)}
    ${inOrder(place.order, newestReplies)}`
  const toFollowed = replies === 'all' ? sql`` : sql`where newest.answered_id in (${authors})`
  const lookUp = onSqlite
    ? sql`select answer.created_at as at, answer.id as post_id, 0 as by_id from (${people}) as author
        join ${posts} as answer on answer.id in (select newest.id from (${newest}) as newest ${toFollowed})`
    : sql`select newest.created_at as at, newest.id as post_id, 0 as by_id from (${people}) as author
        cross join lateral (${newest}) as newest ${toFollowed}`
  return { start: whereToStart(source), keys: [walk, lookUp] }
}

/** The viewer, or an account that they follow: SQLite looks up each row's, PostgreSQL hashes them all. */
function isFollowed(person: AnyColumn, among?: SQL): SQL {
  const whose = onSqlite
    ? sql`exists (${followedBy(viewerId, and(sql`${follows.followedId} = ${person}`, among))})`
    : sql`${person} in (${followedBy(viewerId, among)})`
  return sql`(${person} = ${viewerId} or ${whose})`
}

/**
 * Where to look, in one row: from the cursor to `edge` if the rows of the site in between are few, else to a time that
 * nothing lies beyond; and otherwise for `follower`, whose followed accounts are looked up, else 0. Known before a key is read.
 */
function whereToStart({ name, table, time, only, place }: Source): SQL {
  const isBefore = sql.raw(place.direction === 'after' ? '>=' : '<=')
  const where = and(only, place.beyond) ?? sql`true`
  const farthest = sql`(select ${time} from ${table} where ${where}
    order by ${sql.join(place.order, sql`, `)} limit 1 offset ${sql.raw(String(walked))})`
  return sql`${sql.raw(name)} as materialized (
    select case when few then edge else beyond end as edge, case when few then 0 else viewer end as follower
    from (select coalesce(${farthest} ${isBefore} ${edge}, true) as few, ${edge} as edge,
      (select beyond from ends) as beyond, ${self} as viewer) as asked)`
}

function startOf({ name }: Source, column: 'edge' | 'follower'): SQL {
  return sql`(select ${sql.raw(column)} from ${sql.raw(name)})`
}

function isWithin({ time, place }: Source, end: SQL): SQL {
  return sql`${time} ${sql.raw(place.direction === 'after' ? '<=' : '>=')} ${end}`
}

function directed(column: AnyColumn, direction: Direction): SQL {
  return direction === 'after' ? asc(column) : desc(column)
}

/**
 * PostgreSQL asks for the type of a value that no column tells. In a subquery, because it would plan the statement for
 * each value otherwise, which takes longer than all else.
 */
function asTime(value: SQL): SQL {
  return onSqlite ? value : sql`(select ${value}::timestamptz)`
}
