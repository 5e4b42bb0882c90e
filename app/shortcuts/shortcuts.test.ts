import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Browser } from '../testing/browser.ts'
import { openSite, type Site } from '../testing/site.ts'

describe('keyboard shortcuts', () => {
  let site: Site
  let susan: Browser
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
  })
  after(() => site.close())
  const areLoaded = async (browser: Browser) => {
    const { page } = await browser.get('/explore')
    const hasScript = page.querySelector('script[src$="keyboard-shortcuts.js"]') !== null
    assert.equal(page.querySelector('keyboard-shortcuts') !== null, hasScript)
    return hasScript
  }
  const choose = (shortcuts: string, next = '/settings/appearance') =>
    susan.post('/settings/shortcuts', { shortcuts, next })

  it('are a member’s, until they are switched off, and on again', async () => {
    assert.equal(await areLoaded(site.visitor()), false)
    assert.equal(await areLoaded(susan), true)
    const { status, location } = await choose('off')
    assert.deepEqual([status, location], [303, '/settings/appearance'])
    assert.equal(await areLoaded(susan), false)
    assert.equal(await areLoaded(await site.signedIn('john')), true)
    const pressed = (await susan.get('/settings/appearance')).page.querySelector(
      'form[action="/settings/shortcuts"] [aria-pressed=true]',
    )
    assert.equal(pressed?.text, 'Off')
    await choose('on')
    assert.equal(await areLoaded(susan), true)
  })

  it('are listed on a page, which the footer and the settings lead to', async () => {
    const { page } = await susan.get('/settings/shortcuts')
    const keys = page.querySelectorAll('.shortcuts dt').map(({ text }) => text.trim())
    assert.equal(keys.join(', '), 'j, k, Enter, r, l, b, n, /, g then h, g then n, g then m, ?')
    for (const path of ['/', '/settings/appearance'])
      assert.ok((await susan.get(path)).page.querySelector('a[href="/settings/shortcuts"]'), path)
    assert.equal((await site.visitor().get('/settings/shortcuts')).status, 303)
    assert.equal((await site.visitor().get('/')).page.querySelector('a[href="/settings/shortcuts"]'), null)
  })

  it('refuse another choice, and lead to no other site', async () => {
    for (const wrong of ['', 'maybe', 'ON']) assert.equal((await choose(wrong)).status, 400, wrong)
    assert.equal((await choose('on', '//evil.example')).location, '/')
    assert.equal(await areLoaded(susan), true)
  })
})
