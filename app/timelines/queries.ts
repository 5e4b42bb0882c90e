import { type Cursor, type Direction, keyset, type Page, pageOf } from '../database/cursor.ts'
import { prepared, type Reader } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import { follows, hashtags, posts, users } from '../database/schema.ts'
import { and, count, desc, eq, type SQL, sql } from '../database/sql.ts'
import { type Post, postColumns } from '../posts/queries.ts'

type Keyset = ReturnType<typeof keyset>
type Values = Record<string, string | number>

/** A list of posts, newest first, as three prepared statements: its newest page, and those before and after a cursor. */
function timeline<V extends Values>(name: string, condition: (place: Keyset) => SQL | undefined) {
  const statement = (direction: Direction) =>
    prepared<Values, Post[]>(`${name}_${direction}`, db => {
      const place = keyset(direction, posts.createdAt, posts.id)
      return db
        .select(postColumns)
        .from(posts)
        .innerJoin(users, eq(users.id, posts.userId))
        .where(condition(place))
        .orderBy(...place.order)
        .limit(place.limit)
    })
  const statements = { newest: statement('newest'), before: statement('before'), after: statement('after') }
  return async (db: Reader, values: V, cursor: Cursor): Promise<Page<Post>> => {
    const { direction, time, id } = cursor
    return pageOf(await statements[direction](db, { ...values, time, id } as unknown as Values), cursor)
  }
}

/** Everybody's posts. */
export const exploreTimeline = timeline<Record<string, never>>('explore', ({ beyond }) => beyond)

/** One person's posts. */
export const profileTimeline = timeline<{ user: number }>('profile', ({ beyond }) =>
  and(eq(posts.userId, sql.placeholder('user')), beyond),
)

/** The posts of the viewer and of everybody they follow. */
export const homeTimeline = timeline<{ viewer: number }>('home', engine === 'sqlite' ? homeOnSqlite : homeOnPostgres)

const viewer = sql.placeholder('viewer')

function homeOnSqlite({ beyond }: Keyset): SQL | undefined {
  const authors = sql`select ${follows.followedId} from ${follows} where ${follows.followerId} = ${viewer} union all select ${viewer}`
  return and(sql`${posts.userId} in (${authors})`, beyond)
}

/** The newest keys of each author, then the newest of all: flat however quiet the people are that one follows. */
function homeOnPostgres({ beyond, order, limit }: Keyset): SQL | undefined {
  const authors = sql`select ${follows.followedId} as id from ${follows} where ${follows.followerId} = ${viewer} union all select ${viewer}::bigint`
  const newest = sql`select ${posts.id} from ${posts} where ${and(sql`${posts.userId} = author.id`, beyond)}
    order by ${sql.join(order, sql`, `)} limit ${sql.raw(String(limit))}`
  return sql`${posts.id} in (select recent.id from (${authors}) as author cross join lateral (${newest}) as recent)`
}

const tagStatement = (direction: Direction) =>
  prepared<Values, Post[]>(`tag_${direction}`, db => {
    const place = keyset(direction, hashtags.createdAt, hashtags.postId)
    return db
      .select(postColumns)
      .from(hashtags)
      .innerJoin(posts, eq(posts.id, hashtags.postId))
      .innerJoin(users, eq(users.id, posts.userId))
      .where(and(eq(hashtags.tag, sql.placeholder('tag')), place.beyond))
      .orderBy(...place.order)
      .limit(place.limit)
  })
const tagStatements = { newest: tagStatement('newest'), before: tagStatement('before'), after: tagStatement('after') }

/** The posts with a hashtag: one walk along one index, as cheap as a profile. */
export async function tagTimeline(db: Reader, tag: string, cursor: Cursor): Promise<Page<Post>> {
  const { direction, time, id } = cursor
  return pageOf(await tagStatements[direction](db, { tag, time, id } as unknown as Values), cursor)
}

export type TrendingTag = { tag: string; posts: number }

/** The tags used most among the newest 500 uses: bounded however many posts there are. */
const trending = prepared<Record<string, never>, TrendingTag[]>('trending_tags', db => {
  const recent = db
    .select({ tag: hashtags.tag })
    .from(hashtags)
    .orderBy(desc(hashtags.createdAt), desc(hashtags.tag))
    .limit(500)
    .as('recent')
  return db
    .select({ tag: recent.tag, posts: count() })
    .from(recent)
    .groupBy(recent.tag)
    .orderBy(desc(count()), recent.tag)
    .limit(5)
})

export function trendingTags(db: Reader): Promise<TrendingTag[]> {
  return trending(db, {})
}
