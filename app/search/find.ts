/** One search, from the words that somebody typed to everything that their page shows. */
import type { Cursor, Page } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import type { Person } from '../people/person.ts'
import type { AnyViewer } from '../people/visibility.ts'
import type { Post } from '../posts/post.ts'
import { isEmpty, parseQuery, type Query, starred } from '../search-index/query.ts'
import type { Order } from './forms.ts'
import { resolveAuthors, searchBestPosts, searchLikelyPeople, searchPeople, searchPosts } from './queries.ts'

export type SearchResult = {
  query: Query
  posts: Page<Post>
  people: Person[]
  hasMorePeople: boolean
}
export type SearchInput = { text: string; order: Order; viewer: AnyViewer; cursor: Cursor }

const nothing = { rows: [], newer: null, older: null }

/** Everything about a query; null for one that asks for nothing. */
export async function find(db: Reader, asked: SearchInput): Promise<SearchResult | null> {
  const query = parseQuery(asked.text)
  if (isEmpty(query)) return null
  const [found, { people, more }] = await Promise.all([findPosts(db, query, asked), findPeople(db, asked)])
  return { ...found, people, hasMorePeople: more }
}

type FoundPosts = Pick<SearchResult, 'query' | 'posts'>

/** Where no post has a word like the last one, those that begin like it are what was meant: the query says so then. */
export async function findPosts(db: Reader, query: Query, asked: SearchInput): Promise<FoundPosts> {
  const posts = await postsFor(db, query, asked)
  const text = starred(query.text)
  if (posts.rows.length > 0 || asked.cursor.direction !== 'newest' || text === query.text)
    return { query, posts }
  const wider = parseQuery(text)
  const more = await postsFor(db, wider, asked)
  return more.rows.length > 0 ? { query: wider, posts: more } : { query, posts }
}

async function postsFor(
  db: Reader,
  query: Query,
  { viewer, cursor, order }: SearchInput,
): Promise<Page<Post>> {
  const wanted = await resolveAuthors(db, query)
  if (!wanted) return nothing
  if (order === 'newest') return searchPosts(db, { wanted, viewer, cursor })
  return { ...nothing, rows: await searchBestPosts(db, { wanted, viewer }) }
}

/** Names are seldom written out, so their last word may always go on. Who writes from: or # does not mean them. */
function wantedPeople(text: string) {
  const { terms, authors } = parseQuery(starred(text.trimEnd()))
  const isTag = terms.some(({ tokens }) => tokens[0]?.startsWith('#'))
  const isMeant = terms.length > 0 && authors.length === 0 && !isTag
  return isMeant ? { terms, authors: [] } : null
}

/** The people who stand above the newest posts. */
async function findPeople(db: Reader, { text, viewer, cursor }: SearchInput) {
  const wanted = cursor.direction === 'newest' ? wantedPeople(text) : null
  return wanted ? searchLikelyPeople(db, { wanted, viewer }) : { people: [], more: false }
}

/** A page of everybody whose name is like the text. */
export async function findEverybody(
  db: Reader,
  { text, viewer, cursor }: Pick<SearchInput, 'text' | 'viewer' | 'cursor'>,
): Promise<Page<Person>> {
  const wanted = wantedPeople(text)
  return wanted ? searchPeople(db, { wanted, viewer, cursor }) : nothing
}
