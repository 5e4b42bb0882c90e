/**
 * Home: what the viewer and the people they follow write, what these people repost, and their replies to each other.
 * One statement finds a page of posts; another what else lies between the first and the last of them.
 */
import { type Cursor, type Direction, keysetList, type Page } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import { engine } from '../database/engine.ts'
import { posts } from '../database/schema.ts'
import { sql } from '../database/sql.ts'
import type { Viewer } from '../people/viewer.ts'
import { seenBy } from '../people/visibility.ts'
import { type EntryRow, type Post, type PostRow, postsOf, selectPosts } from '../posts/post.ts'
import { entryList, entryPage, type Part, pageSize } from './entries.ts'
import { keysBetween, postKeysOnPostgres, postKeysOnSqlite, type Wanted } from './home-keys-queries.ts'

/** Whose Home it is, and what they want there. */
export type HomeViewer = Pick<Viewer, 'id' | 'role' | 'homeReplies' | 'homeReposts'>

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
  const plain = partOf(await plainPosts(db, seenBy(viewer), cursor), cursor.direction)
  const { homeReplies: replies, homeReposts: reposts } = viewer
  const isPlain = replies === 'none' && !reposts
  const parts = isPlain ? [plain] : [plain, await between(db, { viewer, replies, reposts }, cursor, plain)]
  const page = entryPage(parts, cursor)
  return { ...page, rows: await postsOf(db, page.rows, viewer) }
}

function partOf({ rows, newer, older }: Page<PostRow>, direction: Direction): Part {
  return direction === 'after'
    ? { rows: rows.toReversed(), isCut: newer !== null }
    : { rows, isCut: older !== null }
}

/** The ends of time, which no row lies beyond. */
const [first, last] = [new Date(0), new Date(9_999_999_999_999)]

/** By what is wanted. */
const lists = new Map<string, ReturnType<typeof entryList>>()

/** The reposts and replies between the cursor and the last of the plain posts. */
function between(
  db: Reader,
  { viewer, ...wanted }: Wanted & { viewer: HomeViewer },
  cursor: Cursor,
  plain: Part,
): Promise<Part> {
  const name = `home_between_${wanted.replies}_${wanted.reposts}`
  const list = lists.get(name) ?? entryList(name, asked => keysBetween(asked, wanted))
  lists.set(name, list)
  const [end, beyond] = cursor.direction === 'after' ? [last, first] : [first, last]
  const edge = plain.isCut ? (plain.rows.at(-1) as EntryRow).createdAt : end
  return list(db, { ...seenBy(viewer), edge, beyond }, cursor)
}
