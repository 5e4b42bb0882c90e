/** The people whom a viewer may mean by a name that is half typed. */
import { prepared, type Reader } from '../database/database.ts'
import { follows, posts, users } from '../database/schema.ts'
import { and, desc, eq, inArray, sql } from '../database/sql.ts'
import { type Author, authorColumns } from '../people/person.ts'
import type { Viewer } from '../people/viewer.ts'
import { seenBy, viewerId, visiblePeople } from '../people/visibility.ts'
import { findLikelyPeople } from '../search/find.ts'
import { occurrencesOf } from '../search-index/occurrences.ts'
import { parseQuery, starred } from '../search-index/query.ts'
import { tokensOf } from '../search-index/tokens.ts'
import { foldName } from '../text/normalize.ts'

export type Candidate = Author

/** People who are offered at a time. */
const offered = 6
/** Of those whom the viewer follows, the newest: older ones are found like everybody else. */
const followedRead = 500
/** The newest posts of a thread whose authors take part in it. */
const postsRead = 100

const followed = prepared<{ viewer: number }, Candidate[]>('mentions_followed', db =>
  db
    .select(authorColumns)
    .from(follows)
    .innerJoin(users, eq(users.id, follows.followedId))
    .where(and(eq(follows.followerId, viewerId), visiblePeople(follows.followedId)))
    .orderBy(desc(follows.createdAt), desc(follows.followedId))
    .limit(followedRead),
)

/** The authors of the post, of the first of its thread, and of the newest there. */
const participants = prepared<{ viewer: number; post: number }, Candidate[]>('mentions_participants', db => {
  const post = sql.placeholder('post')
  const root = sql`(select coalesce(${posts.rootId}, ${posts.id}) from ${posts} where ${posts.id} = ${post})`
  const lately = sql`select * from (select ${posts.userId} from ${posts} where ${posts.rootId} = ${root}
    order by ${posts.createdAt} desc, ${posts.id} desc limit ${sql.raw(String(postsRead))}) as lately`
  const named = sql`select ${posts.userId} from ${posts} where ${posts.id} in (${root}, ${post})`
  return db
    .select(authorColumns)
    .from(users)
    .where(and(inArray(users.id, sql`(${lately} union ${named})`), visiblePeople()))
})

/**
 * Those whose name or handle begins so: the people whom the viewer follows, then those in the thread of the post,
 * then others; in each, handles before names.
 */
export async function findCandidates(
  db: Reader,
  { typed, post, viewer }: { typed: string; post: number | null; viewer: Viewer },
): Promise<Candidate[]> {
  const [own, inThread, others] = await Promise.all([
    followed(db, seenBy(viewer)),
    post === null ? [] : participants(db, { post, ...seenBy(viewer) }),
    findLikelyPeople(db, { text: typed, viewer }),
  ])
  const matches = matcherOf(typed)
  const groups = [own.filter(matches), inThread.filter(matches), others]
  const ranked = groups.flatMap(group => group.toSorted((a, b) => rankOf(a, typed) - rankOf(b, typed)))
  const distinct = new Map(ranked.map(person => [person.id, person]))
  distinct.delete(viewer.id)
  return [...distinct.values()].slice(0, offered)
}

/** As the search for people: any word of the name or the handle may begin so. */
function matcherOf(typed: string): (person: Candidate) => boolean {
  const { terms } = parseQuery(starred(typed))
  return ({ username, displayName }) => {
    const tokens = tokensOf(`${username} ${displayName}`)
    return terms.length > 0 && terms.every(term => occurrencesOf(term, tokens).length > 0)
  }
}

function rankOf({ username }: Candidate, typed: string): number {
  const [name, beginning] = [foldName(username), foldName(typed)]
  return name === beginning ? 0 : name.startsWith(beginning) ? 1 : 2
}
