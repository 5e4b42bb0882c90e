/**
 * Home: what the viewer and the people they follow write, what these people repost, and their replies to each other.
 * One statement finds the keys of a page, another reads the posts.
 */
import type { Cursor, Page } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import type { Viewer } from '../people/viewer.ts'
import { seenBy } from '../people/visibility.ts'
import { findEntries, type Post, selectKeys } from '../posts/post.ts'
import { memoize } from '../text/memoize.ts'
import { entryList, entryPage, partOf } from './entries.ts'
import { homeKeys, type Wanted } from './home-keys-queries.ts'

/** Whose Home it is, and what they want there. */
export type HomeViewer = Pick<Viewer, 'id' | 'role' | 'homeReplies' | 'homeReposts'>

const nameOf = ({ replies, reposts }: Wanted) => `home_${replies}_${String(reposts)}`
const listOf = memoize(
  (wanted: Wanted) => entryList(nameOf(wanted), (db, asked) => selectKeys(db, homeKeys(asked, wanted))),
  nameOf,
)

/** A page of the viewer's Home. */
export async function homeTimeline(
  db: Reader,
  { viewer }: { viewer: HomeViewer },
  cursor: Cursor,
): Promise<Page<Post>> {
  const { homeReplies: replies, homeReposts: reposts } = viewer
  const keys = await listOf({ replies, reposts })(db, seenBy(viewer), cursor)
  const [between, plain] = [keys.filter(({ isPost }) => !isPost), keys.filter(({ isPost }) => isPost)]
  const page = entryPage([partOf(plain, cursor), partOf(between, cursor)], cursor)
  return { ...page, rows: await findEntries(db, page.rows, viewer) }
}
