import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createAccount } from '../accounts/queries.ts'
import { follows } from '../database/schema.ts'
import { openSite, type Site } from '../testing/site.ts'
import { follow } from './queries.ts'

describe('following', () => {
  let site: Site
  before(async () => {
    site = await openSite()
  })
  after(() => site.close())
  const all = () => site.app.db.select().from(follows)

  it('follows and unfollows, twice without harm, and says so', async () => {
    const susan = await site.signedIn('susan')
    assert.ok((await susan.get('/@john')).page.querySelector('form[action="/@john/follow"]'))
    const answer = await susan.post('/@JOHN/follow')
    assert.equal(answer.location, '/@john')
    const profile = await susan.follow(answer)
    assert.match(profile.page.querySelector('[role=status]')?.text ?? '', /john/)
    assert.ok(profile.page.querySelector('form[action="/@john/follow/delete"]'))
    assert.equal((await susan.post('/@john/follow')).status, 303)
    assert.equal((await all()).length, 1)
    assert.equal(
      (await susan.post('/@john/follow/delete', { next: '/explore?before=1-1' })).location,
      '/explore?before=1-1',
    )
    assert.equal((await susan.post('/@john/follow/delete')).status, 303)
    assert.equal((await all()).length, 0)
  })

  it('survives the same click at the same moment', async () => {
    const mary = await site.signedIn('mary')
    const answers = await Promise.all(Array.from({ length: 8 }, () => mary.post('/@david/follow')))
    assert.ok(answers.every(({ status }) => status === 303))
    assert.equal((await all()).length, 1)
    await mary.post('/@david/follow/delete')
  })

  it('refuses oneself, in words', async () => {
    const susan = await site.signedIn('susan')
    const answer = await susan.post('/@Susan/follow')
    assert.equal(answer.status, 422)
    assert.equal((await all()).length, 0)
    assert.equal((await susan.get('/@susan')).page.querySelector('main form[action$="/follow"]'), null)
  })

  it('does not send anybody to another site', async () => {
    const susan = await site.signedIn('susan')
    assert.equal((await susan.post('/@john/follow/delete', { next: '//evil.example' })).location, '/')
  })

  it('asks visitors to sign in, and nobody can be followed who is not there', async () => {
    assert.equal((await site.visitor().post('/@john/follow')).status, 401)
    const susan = await site.signedIn('susan')
    assert.equal((await susan.post('/@nobody/follow')).status, 404)
    assert.equal((await susan.post('/@nobody/follow/delete')).status, 404)
  })

  it('lists followers and following by pages, with what the viewer can do about each', async () => {
    await site.app.db.transaction(async tx => {
      for (let n = 0; n < 30; n++) {
        const account = {
          username: `fan${n}`,
          email: `fan${n}@example.com`,
          passwordHash: '-',
          language: null,
        }
        const fan = (await createAccount(tx, account, new Date())) as { id: number }
        await follow(tx, fan.id, site.ids.john)
      }
      await follow(tx, site.ids.susan, site.ids.john)
      await follow(tx, site.ids.john, site.ids.susan)
    })
    const susan = await site.signedIn('susan')
    const namesOn = (text: string) =>
      [...text.matchAll(/<small dir="ltr">@(\w+)<\/small>/g)].map(([, name]) => name)
    const first = await susan.get('/@john/followers')
    const people = (html: typeof first) => namesOn(String(html.page.querySelector('main')))
    const second = await susan.get(
      first.page.querySelector('nav a[rel=next]')?.getAttribute('href') as string,
    )
    const listed = [...people(first), ...people(second)].filter(name => name !== 'john')
    assert.equal(new Set(listed).size, 31)
    assert.equal(listed.length, 31)
    const following = await site.visitor().get('/@john/following')
    assert.ok(people(following).includes('susan'))
    assert.equal(
      following.page.querySelector('main form[action$="/follow"]'),
      null,
      'a visitor has no buttons',
    )
    const counts = (await susan.get('/@john')).page.querySelector('.counts')?.text ?? ''
    assert.match(counts, /31 followers/)
    assert.match(counts, /1 following/)
  })
})
