/** A search from its text to its posts and people. */
import { type Cursor, emptyPage, type Page } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import type { Person } from '../people/person.ts'
import type { AnyViewer } from '../people/viewer.ts'
import type { Post } from '../posts/post.ts'
import { isEmpty, parseQuery, type Query, starred } from '../search-index/query.ts'
import type { Order } from './forms.ts'
import {
  likelyPeople,
  resolvePeople,
  searchBestPosts,
  searchLikelyPeople,
  searchPeople,
  searchPosts,
} from './queries.ts'

export type SearchResult = {
  query: Query
  posts: Page<Post>
  people: Person[]
  hasMorePeople: boolean
}
export type SearchInput = { text: string; order: Order; viewer: AnyViewer; cursor: Cursor }

/** The posts and people of a query; null if it is empty. */
export async function find(db: Reader, input: SearchInput): Promise<SearchResult | null> {
  const query = parseQuery(input.text)
  if (isEmpty(query)) return null
  // People are shown above the newest posts only.
  const wanted = input.cursor.direction === 'newest' ? wantedPeople(input.text) : null
  const [found, { people, more }] = await Promise.all([
    findPosts(db, query, input),
    wanted ? searchLikelyPeople(db, { wanted, viewer: input.viewer }) : { people: [], more: false },
  ])
  return { ...found, people, hasMorePeople: more }
}

type FoundPosts = Pick<SearchResult, 'query' | 'posts'>

/** Without a match, the last word is searched as a prefix; the returned query has the star then. */
export async function findPosts(db: Reader, query: Query, input: SearchInput): Promise<FoundPosts> {
  const posts = await postsFor(db, query, input)
  const text = starred(query.text)
  if (posts.rows.length > 0 || input.cursor.direction !== 'newest' || text === query.text)
    return { query, posts }
  const wider = parseQuery(text)
  const more = await postsFor(db, wider, input)
  return more.rows.length > 0 ? { query: wider, posts: more } : { query, posts }
}

async function postsFor(
  db: Reader,
  query: Query,
  { viewer, cursor, order }: SearchInput,
): Promise<Page<Post>> {
  const wanted = await resolvePeople(db, query, viewer)
  if (!wanted) return emptyPage
  if (order === 'newest') return searchPosts(db, { wanted, viewer, cursor })
  return { ...emptyPage, rows: await searchBestPosts(db, { wanted, viewer, cursor }) }
}

/** The last word is always a prefix, because names are rarely typed out. Null for queries with from:, to:, is: or #. */
function wantedPeople(text: string) {
  const { terms, authors, answered } = parseQuery(starred(text.trimEnd()))
  const isOfPosts = terms.some(({ tokens }) => /^[#@]/.test(tokens[0] ?? ''))
  const namesPeople = authors.length + answered.length > 0
  return terms.length > 0 && !namesPeople && !isOfPosts ? { terms, authors: [], answered: [] } : null
}

/** A page of the people whose names match the text. */
export async function findPeople(
  db: Reader,
  { text, viewer, cursor }: Pick<SearchInput, 'text' | 'viewer' | 'cursor'>,
): Promise<Page<Person>> {
  const wanted = wantedPeople(text)
  return wanted ? searchPeople(db, { wanted, viewer, cursor }) : emptyPage
}

/** Some of the people whose names match the text, as it is typed: the newest accounts, and the one of this name. */
export async function findLikelyPeople(
  db: Reader,
  { text, viewer }: Pick<SearchInput, 'text' | 'viewer'>,
): Promise<Person[]> {
  const wanted = wantedPeople(text)
  return wanted ? likelyPeople(db, { wanted, viewer }) : []
}
