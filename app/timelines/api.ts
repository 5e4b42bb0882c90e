import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ListQuery, operation, returnsListOf } from '../api/schemas.ts'
import { cursorOf } from '../database/cursor.ts'
import { TagParams, UsernameParams } from '../http/params.ts'
import { type MemberRequest, memberRoutes } from '../people/viewer.ts'
import type { Post } from '../posts/post.ts'
import { serializePost } from '../posts/serializer.ts'
import { requirePerson } from '../profiles/require-profile.ts'
import { userPath } from '../profiles/serializer.ts'
import { foldTag } from '../text/hashtags.ts'
import { homeTimeline } from './home-queries.ts'
import { exploreTimeline, profileTimeline, replyTimeline, tagTimeline } from './queries.ts'
import { serializeEntry } from './serializer.ts'

type ListRequest = FastifyRequest<{ Querystring: ListQuery }>
type UserRequest = FastifyRequest<{ Params: UsernameParams; Querystring: ListQuery }>
type TagRequest = FastifyRequest<{ Params: TagParams; Querystring: ListQuery }>

export default async function timelinesApi(app: FastifyInstance) {
  const posts = { querystring: ListQuery, response: { 200: returnsListOf('Post') } }
  const open = { ...posts, config: { public: true } }
  app.get('/posts', operation('timelines', 'listPosts', 'List all posts, newest first', open), listAll)
  memberRoutes(app).get(
    '/timelines/home',
    operation(
      'timelines',
      'getHomeTimeline',
      'List what you and the people you follow post, repost and reply to each other',
      {
        ...posts,
        response: { 200: returnsListOf('TimelineEntry') },
      },
    ),
    listHome,
  )
  const ofUser = { ...open, params: UsernameParams }
  app.get(
    '/users/:username/posts',
    operation('timelines', 'listPostsOfUser', 'List the posts of a user, without replies to others', ofUser),
    listOfUser('posts', profileTimeline),
  )
  app.get(
    '/users/:username/replies',
    operation('timelines', 'listRepliesOfUser', 'List the replies of a user to others', ofUser),
    listOfUser('replies', replyTimeline),
  )
  app.get(
    '/tags/:tag/posts',
    operation('timelines', 'listPostsWithTag', 'List the posts with a hashtag', {
      ...open,
      params: TagParams,
    }),
    listWithTag,
  )
}

async function listAll(request: ListRequest, reply: FastifyReply) {
  const page = await exploreTimeline(request.server.db, { viewer: request.viewer }, cursorOf(request.query))
  return reply.list(page, '/api/posts', shown(request))
}

async function listHome(request: MemberRequest<{ Querystring: ListQuery }>, reply: FastifyReply) {
  const { server, viewer } = request
  const page = await homeTimeline(server.db, { viewer }, cursorOf(request.query))
  return reply.list(page, '/api/timelines/home', post => serializeEntry(post, server.config))
}

function listOfUser(name: 'posts' | 'replies', timeline: typeof profileTimeline) {
  return async (request: UserRequest, reply: FastifyReply) => {
    const { db } = request.server
    const { id: user, username } = await requirePerson(db, request)
    const page = await timeline(db, { user, viewer: request.viewer }, cursorOf(request.query))
    return reply.list(page, `${userPath(username)}/${name}`, shown(request))
  }
}

async function listWithTag(request: TagRequest, reply: FastifyReply) {
  const tag = foldTag(request.params.tag)
  const page = await tagTimeline(request.server.db, { tag, viewer: request.viewer }, cursorOf(request.query))
  return reply.list(page, `/api/tags/${encodeURIComponent(tag)}/posts`, shown(request))
}

function shown({ server }: FastifyRequest) {
  return (post: Post) => serializePost(post, server.config)
}
