import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ApiClient, programOf } from '../testing/api.ts'
import { openSite, type Site } from '../testing/site.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** What a visitor, a token that only reads, another person's token that writes, and the owner's get. */
type Row = [
  operation: string,
  method: Method,
  url: string,
  statuses: [number, number, number, number],
  body?: object,
]

/** Susan owns post 1 and a conversation with mary; john is the other. Rows are tried in this order. */
const table: Row[] = [
  ['getReference', 'GET', '/api/openapi.json', [200, 200, 200, 200]],
  ['listUsers', 'GET', '/api/users', [200, 200, 200, 200]],
  ['getUser', 'GET', '/api/users/susan', [200, 200, 200, 200]],
  ['listFollowers', 'GET', '/api/users/susan/followers', [200, 200, 200, 200]],
  ['listFollowing', 'GET', '/api/users/susan/following', [200, 200, 200, 200]],
  ['listPostsOfUser', 'GET', '/api/users/susan/posts', [200, 200, 200, 200]],
  ['listRepliesOfUser', 'GET', '/api/users/susan/replies', [200, 200, 200, 200]],
  ['listReplies', 'GET', '/api/posts/1/replies', [200, 200, 200, 200]],
  ['listLikers', 'GET', '/api/posts/1/likes', [200, 200, 200, 200]],
  ['listReposters', 'GET', '/api/posts/1/reposts', [200, 200, 200, 200]],
  ['listVersions', 'GET', '/api/posts/1/versions', [200, 200, 200, 200]],
  ['listQuotes', 'GET', '/api/posts/1/quotes', [200, 200, 200, 200]],
  ['listPosts', 'GET', '/api/posts', [200, 200, 200, 200]],
  ['listPostsWithTag', 'GET', '/api/tags/tea/posts', [200, 200, 200, 200]],
  ['searchPosts', 'GET', '/api/search/posts?q=tea', [200, 200, 200, 200]],
  ['searchPeople', 'GET', '/api/search/people?q=susan', [200, 200, 200, 200]],
  ['getPost', 'GET', '/api/posts/1', [200, 200, 200, 200]],
  ['getHomeTimeline', 'GET', '/api/timelines/home', [401, 200, 200, 200]],
  ['getMe', 'GET', '/api/me', [401, 200, 200, 200]],
  ['listLiked', 'GET', '/api/likes', [401, 200, 200, 200]],
  ['listBookmarks', 'GET', '/api/bookmarks', [401, 200, 200, 200]],
  ['listBlocks', 'GET', '/api/blocks', [401, 200, 200, 200]],
  ['listConversations', 'GET', '/api/conversations', [401, 200, 200, 200]],
  ['listMessages', 'GET', '/api/conversations/mary/messages', [401, 200, 200, 200]],
  ['listNotifications', 'GET', '/api/notifications', [401, 200, 200, 200]],
  [
    'markNotificationsRead',
    'PUT',
    '/api/notifications/read',
    [401, 403, 204, 204],
    { upTo: '2026-11-20T12:00:00Z' },
  ],
  ['getNotificationSettings', 'GET', '/api/notifications/settings', [401, 200, 200, 200]],
  [
    'updateNotificationSettings',
    'PATCH',
    '/api/notifications/settings',
    [401, 403, 200, 200],
    { like: 'nobody' },
  ],
  ['updateMe', 'PATCH', '/api/me', [401, 403, 200, 200], { about: 'x' }],
  ['setAvatar', 'PUT', '/api/me/avatar', [401, 403, 422, 422], {}],
  ['setBanner', 'PUT', '/api/me/banner', [401, 403, 422, 422], {}],
  ['deleteAvatar', 'DELETE', '/api/me/avatar', [401, 403, 204, 204]],
  ['deleteBanner', 'DELETE', '/api/me/banner', [401, 403, 204, 204]],
  ['createPost', 'POST', '/api/posts', [401, 403, 201, 201], { body: 'x' }],
  ['createReply', 'POST', '/api/posts/1/replies', [401, 403, 201, 201], { body: 'x' }],
  ['likePost', 'PUT', '/api/posts/1/like', [401, 403, 204, 204]],
  ['unlikePost', 'DELETE', '/api/posts/1/like', [401, 403, 204, 204]],
  ['repostPost', 'PUT', '/api/posts/1/repost', [401, 403, 204, 204]],
  ['undoRepost', 'DELETE', '/api/posts/1/repost', [401, 403, 204, 204]],
  ['uploadImage', 'POST', '/api/media', [401, 403, 422, 422], {}],
  ['bookmarkPost', 'PUT', '/api/posts/1/bookmark', [401, 403, 204, 204]],
  ['unbookmarkPost', 'DELETE', '/api/posts/1/bookmark', [401, 403, 204, 204]],
  ['muteThread', 'PUT', '/api/posts/1/mute', [401, 403, 204, 204]],
  ['unmuteThread', 'DELETE', '/api/posts/1/mute', [401, 403, 204, 204]],
  ['updatePost', 'PUT', '/api/posts/1', [401, 403, 403, 200], { body: 'x' }],
  ['pinPost', 'PUT', '/api/posts/1/pin', [401, 403, 403, 204]],
  ['unpinPost', 'DELETE', '/api/posts/1/pin', [401, 403, 403, 204]],
  ['deleteQuote', 'DELETE', '/api/posts/1/quote', [401, 403, 204, 204]],
  ['deletePost', 'DELETE', '/api/posts/1', [401, 403, 403, 204]],
  ['followUser', 'PUT', '/api/users/mary/follow', [401, 403, 204, 204]],
  ['hideReposts', 'PUT', '/api/users/mary/hidden-reposts', [401, 403, 204, 204]],
  ['showReposts', 'DELETE', '/api/users/mary/hidden-reposts', [401, 403, 204, 204]],
  ['unfollowUser', 'DELETE', '/api/users/mary/follow', [401, 403, 204, 204]],
  ['markConversationRead', 'PUT', '/api/conversations/mary/read', [401, 403, 404, 204], { messageId: 1 }],
  ['sendMessage', 'POST', '/api/conversations/mary/messages', [401, 403, 201, 201], { body: 'x' }],
  ['blockUser', 'PUT', '/api/users/mary/block', [401, 403, 204, 204]],
  ['unblockUser', 'DELETE', '/api/users/mary/block', [401, 403, 204, 204]],
  ['createToken', 'POST', '/api/tokens', [401, 401, 401, 401], {}],
  [
    'createUser',
    'POST',
    '/api/users',
    [409, 409, 409, 409],
    { username: 'john', email: 'john@example.com', password: 'tea at the quay' },
  ],
  ['deleteToken', 'DELETE', '/api/tokens/current', [401, 204, 204, 204]],
]

describe('who may do what', () => {
  let site: Site
  let callers: ApiClient[]
  before(async () => {
    site = await openSite()
    await site.write('susan', ['Hers. #tea'])
    const susan = await programOf(site, 'susan')
    await susan.post('/api/conversations/mary/messages', { body: 'Between us.' })
    const others = [await programOf(site, 'john', 'read'), await programOf(site, 'john')]
    callers = [new ApiClient(site.app), ...others, susan]
  })
  after(() => site.close())

  for (const [operation, method, url, statuses, payload] of table) {
    it(`${method} ${url}: ${statuses.join(', ')}`, async () => {
      for (const [index, caller] of callers.entries()) {
        const { status } = await caller.ask({ method, url, payload })
        assert.equal(status, statuses[index], `${operation}, caller ${index}`)
      }
    })
  }

  it('is tried for every operation', () => {
    const all = Object.values(site.app.openapi().paths).flatMap(Object.values<{ operationId: string }>)
    const tried = new Set(table.map(([operation]) => operation))
    assert.deepEqual(
      all.map(({ operationId }) => operationId).filter(id => !tried.has(id)),
      [],
    )
  })
})

describe('what is private', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())

  it('is nobody else’s to read', async () => {
    const [susan, john] = [await programOf(site, 'susan'), await programOf(site, 'john')]
    await susan.post('/api/conversations/mary/messages', { body: 'Between us.' })
    for (const url of [
      '/api/conversations',
      '/api/conversations/mary/messages',
      '/api/conversations/susan/messages',
    ])
      assert.deepEqual((await john.get(url)).json.items, [], url)
    const all = await Promise.all(['/api/users', '/api/users/susan', '/api/posts'].map(url => john.get(url)))
    for (const { text } of all) assert.doesNotMatch(text, /susan@example\.com|argon2|Between us/)
    assert.equal((await john.get('/api/me')).json.email, 'john@example.com')
  })

  it('keeps people apart who are', async () => {
    const [susan, john] = [await programOf(site, 'susan'), await programOf(site, 'john')]
    const [id] = await site.write('susan', ['Not for john. #secret'])
    await john.put('/api/users/susan/follow')
    assert.equal((await susan.put('/api/users/john/block')).status, 204)
    assert.deepEqual((await susan.get('/api/blocks')).json.items, [
      { id: site.ids.john, username: 'john', displayName: 'john', avatar: null },
    ])
    for (const url of [
      '/api/posts',
      '/api/timelines/home',
      '/api/users/susan/posts',
      '/api/tags/secret/posts',
    ])
      assert.doesNotMatch((await john.get(url)).text, /Not for john/, url)
    assert.equal((await john.get(`/api/posts/${id}`)).status, 404)
    assert.equal((await john.put('/api/users/susan/follow')).status, 403)
    assert.equal((await john.get('/api/users/susan/followers')).status, 403)
    assert.equal((await john.post('/api/conversations/susan/messages', { body: 'x' })).status, 403)
    const seen = (await john.get('/api/users/susan')).json
    assert.deepEqual([seen.apart, seen.viewerBlocks, seen.counts, seen.lastSeenAt], [true, false, null, null])
    assert.equal((await susan.get('/api/users/john')).json.viewerBlocks, true)
    assert.doesNotMatch((await john.get('/api/users')).text, /"susan"/)
    await susan.delete('/api/users/john/block')
    assert.equal((await john.get(`/api/posts/${id}`)).status, 200)
  })
})
