import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type ApiClient, programOf } from '../testing/api.ts'
import { openSite, type Site } from '../testing/site.ts'

describe('messages by the API', () => {
  let site: Site
  let susan: ApiClient
  let john: ApiClient
  before(async () => {
    site = await openSite()
    susan = await programOf(site, 'susan')
    john = await programOf(site, 'john')
  })
  after(() => site.close())

  it('are sent, listed for both and marked as read until the last one seen', async () => {
    const first = await susan.post('/api/conversations/JOHN/messages', { body: ' Tea? https://example.org ' })
    assert.equal(first.status, 201)
    assert.deepEqual([first.json.body, first.json.isMine], ['Tea? https://example.org', true])
    const second = await susan.post('/api/conversations/john/messages', { body: 'At four?' })
    const [conversation] = (await john.get('/api/conversations')).json.items
    assert.deepEqual([conversation.with.username, conversation.unread], ['susan', 2])
    assert.deepEqual(conversation.lastMessage, { body: 'At four?', isMine: false })
    const { json } = await john.get(conversation.messages)
    assert.deepEqual(
      json.items.map(({ body }: never) => body),
      ['At four?', 'Tea? https://example.org'],
    )
    assert.equal((await john.get('/api/conversations')).json.items[0].unread, 2, 'listing is not reading')
    const read = (messageId: unknown) => john.put('/api/conversations/susan/read', { messageId })
    assert.equal((await read(first.json.id)).status, 204)
    assert.equal((await john.get('/api/conversations')).json.items[0].unread, 1)
    assert.equal((await read(second.json.id)).status, 204)
    assert.equal((await john.get('/api/conversations')).json.items[0].unread, 0)
    for (const wrong of ['1', null, 0, 1.5, undefined]) assert.equal((await read(wrong)).status, 422)
    assert.equal((await read(9_999)).status, 404)
  })

  it('are only accessible to their two people', async () => {
    const mary = await programOf(site, 'mary')
    const { json } = await susan.post('/api/conversations/john/messages', { body: 'Not for mary.' })
    assert.equal((await mary.put('/api/conversations/susan/read', { messageId: json.id })).status, 404)
    assert.deepEqual((await mary.get('/api/conversations/john/messages')).json.items, [])
    assert.equal((await susan.post('/api/conversations/susan/messages', { body: 'x' })).status, 422)
    assert.equal((await susan.post('/api/conversations/nobody/messages', { body: 'x' })).status, 404)
    assert.equal((await susan.get('/api/conversations/nobody/messages')).status, 404)
  })

  it('notify the recipient, who can mark them as read', async () => {
    const david = await programOf(site, 'david')
    await susan.post('/api/conversations/david/messages', { body: 'Hello.' })
    await john.put('/api/users/david/follow')
    const { json } = await david.get('/api/notifications')
    assert.deepEqual(json.items.map(({ kind }: never) => kind).toSorted(), ['follow', 'message'])
    assert.ok(json.items.every(({ readAt, actor }: never) => readAt === null && actor !== null))
    assert.match(json.items[0].sentence, /\w+ \w+/)
    assert.equal((await david.put('/api/notifications/read', { upTo: json.items[1].createdAt })).status, 204)
    const after = (await david.get('/api/notifications')).json.items
    assert.notEqual(after[1].readAt, null)
    for (const upTo of [
      'yesterday',
      5,
      '2026-13-40T00:00:00Z',
      '2026-12-31T23:59:60Z',
      '0000-01-01T00:00:00Z',
      '',
    ])
      assert.equal((await david.put('/api/notifications/read', { upTo })).status, 422)
  })
})
