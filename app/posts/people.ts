/** The lists of people by what they did with a post: its pages, and the API's. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ListQuery } from '../api/schemas.ts'
import type { CacheTag } from '../database/cache-tags.ts'
import { type Cursor, cursorOf, isPastTheEnd, type Page, pageLinks } from '../database/cursor.ts'
import type { Reader } from '../database/database.ts'
import { CursorQuery } from '../http/cursor-query.ts'
import { IdParams } from '../http/params.ts'
import type { LocaleKey } from '../locales/translate.ts'
import type { Person } from '../people/person.ts'
import type { AnyViewer } from '../people/viewer.ts'
import { serializePerson } from '../profiles/serializer.ts'
import { postSidebar, type Sidebar, sidebarTags } from '../site/sidebar.ts'
import { type Post, postTags } from './post.ts'
import { requirePost } from './require-post.ts'

declare module '../http/views.ts' {
  interface Pages {
    'posts/people': {
      post: Post
      title: string
      people: Person[]
      newer: string | null
      older: string | null
      sidebar: Sidebar | null
    }
  }
}

type PeopleRequest = FastifyRequest<{ Params: IdParams; Querystring: CursorQuery }>
type PeopleList = {
  /** The last part of the address. */
  name: string
  title: LocaleKey
  list(db: Reader, of: { post: number; viewer: AnyViewer }, cursor: Cursor): Promise<Page<Person>>
}

/** As public as the post. */
export const peopleOptions = {
  config: { public: true, cached: true },
  schema: { params: IdParams, querystring: CursorQuery },
}

/** The handler of such a page. */
export function showPeople({ name, title, list }: PeopleList) {
  return async (request: PeopleRequest, reply: FastifyReply) => {
    const { server, viewer, query, t } = request
    const post = await requirePost(server.db, request)
    const cursor = cursorOf(query)
    const [page, sidebar] = await Promise.all([
      list(server.db, { post: post.id, viewer }, cursor),
      postSidebar(request, post),
    ])
    const path = `/posts/${post.id}/${name}`
    if (isPastTheEnd(page, cursor)) return reply.redirect(path, 303)
    await request.cacheTags(() => [
      `author:${post.author.id}`,
      ...postTags([post]),
      ...page.rows.map(({ id }): CacheTag => `person:${id}`),
      ...sidebarTags(sidebar),
    ])
    const people = page.rows
    return reply.page('posts/people', { post, title: t(title), people, sidebar, ...pageLinks(page, path) })
  }
}

/** The handler of such a list of the API. */
export function listPeople({ name, list }: Omit<PeopleList, 'title'>) {
  return async (
    request: FastifyRequest<{ Params: IdParams; Querystring: ListQuery }>,
    reply: FastifyReply,
  ) => {
    const { server, viewer, query } = request
    const { id } = await requirePost(server.db, request)
    const page = await list(server.db, { post: id, viewer }, cursorOf(query))
    return reply.list(page, `/api/posts/${id}/${name}`, person => serializePerson(person, server.config))
  }
}
