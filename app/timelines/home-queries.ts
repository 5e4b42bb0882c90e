/**
 * Home: what the viewer and the people they follow write, what these people repost, and their replies to each other.
 * One statement finds a page of posts; another what else lies between the first and the last of them.
 */
import { type Cursor, type Direction, keysetList, maxLimit, type Page } from '../database/cursor.ts'
import { prepared, type Reader, type Values } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import { posts } from '../database/schema.ts'
import { sql } from '../database/sql.ts'
import type { Viewer } from '../people/viewer.ts'
import { seenBy } from '../people/visibility.ts'
import { type EntryRow, type Post, type PostRow, postsOf, selectEntries, selectPosts } from '../posts/post.ts'
import { entriesOf, entryPage, type Part, partOf } from './entries.ts'
import { type Asked, keysBetween, postKeysOnPostgres, postKeysOnSqlite } from './home-keys-queries.ts'

/** Whose Home it is, and what they want there. */
export type HomeViewer = Pick<Viewer, 'id' | 'role' | 'homeReplies' | 'homeReposts'>

const pageSize = 25

/** Posts that answer nobody else: the newest keys first, then only their rows. */
const plainPosts = keysetList<PostRow>(
  'home',
  { time: posts.createdAt, id: posts.id },
  (db, place) => {
    const keys = engine === 'sqlite' ? postKeysOnSqlite(place) : postKeysOnPostgres(place)
    return selectPosts(db, sql`${posts.id} in (${keys})`)
      .orderBy(...place.order)
      .limit(place.limit)
  },
  pageSize,
)

/** A page of the viewer's Home. */
export async function homeTimeline(
  db: Reader,
  { viewer }: { viewer: HomeViewer },
  cursor: Cursor,
): Promise<Page<Post>> {
  const { limit = pageSize } = cursor
  const plain = partOfPage(await plainPosts(db, seenBy(viewer), cursor), cursor.direction)
  const parts =
    viewer.homeReposts || viewer.homeReplies !== 'none'
      ? [plain, await between(db, viewer, cursor, plain)]
      : [plain]
  const page = entryPage(parts, cursor, limit)
  return { ...page, rows: await postsOf(db, page.rows, viewer) }
}

function partOfPage({ rows, newer, older }: Page<PostRow>, direction: Direction): Part {
  return direction === 'after'
    ? { rows: rows.toReversed(), isCut: newer !== null }
    : { rows, isCut: older !== null }
}

/** The ends of time, which no row lies beyond. */
const [first, last] = [new Date(0), new Date(9_999_999_999_999)]

/** The reposts and replies between the cursor and the last of the plain posts. */
async function between(db: Reader, viewer: HomeViewer, cursor: Cursor, plain: Part): Promise<Part> {
  const { direction, time, id, limit = pageSize } = cursor
  const size = limit > pageSize ? maxLimit : pageSize
  const [end, beyond] = direction === 'after' ? [last, first] : [first, last]
  const edge = plain.isCut ? (plain.rows.at(-1) as EntryRow).createdAt : end
  const statement = statementFor({
    direction,
    size,
    replies: viewer.homeReplies,
    reposts: viewer.homeReposts,
  })
  const rows = await entriesOf(statement, db, { ...seenBy(viewer), time, id, edge, beyond })
  return partOf(rows, cursor, limit)
}

type Statement = Parameters<typeof entriesOf>[0]
const statements = new Map<string, Statement>()

/** A prepared statement for each way in which a Home is asked for, made when it is first needed. */
function statementFor(asked: Asked): Statement {
  const name = `home_between_${Object.values(asked).join('_')}`
  const known = statements.get(name)
  if (known) return known
  const made: Statement = prepared<Values, Awaited<ReturnType<typeof selectEntries>>>(name, db =>
    selectEntries(db, keysBetween(asked)),
  )
  statements.set(name, made)
  return made
}
