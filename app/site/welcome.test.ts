/** What the welcome page shows a visitor of the site. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { posts, users } from '../database/schema.ts'
import { eq } from '../database/sql.ts'
import { openSite, type Site } from '../testing/site.ts'
import { countedAtMost, countSite, recentAuthors } from './queries.ts'

const description = 'Neighbours <of> Harbour Street, & their "ferry".'

describe('the welcome page', () => {
  let site: Site
  before(async () => {
    site = await openSite({ SITE_DESCRIPTION: description })
    const day = 24 * 3_600_000
    await site.write('john', ['yesterday #tea'], new Date(Date.now() - 2 * day))
    await site.write('mary', ['one', 'two'])
    await site.write('david', ['three'], new Date(Date.now() - 1_000))
  })
  after(() => site.close())
  const welcome = async (language = 'en') => {
    const { page } = await site.visitor().get('/', { 'accept-language': language })
    return page
  }

  it('has the owner’s sentence as its lead and as the description of the site', async () => {
    const page = await welcome()
    assert.equal(page.querySelector('.welcome .lead')?.text, description)
    assert.ok(!page.querySelector('footer.about')?.text.includes(description), 'once is enough')
    const explore = (await site.visitor().get('/explore')).page
    assert.ok(explore.querySelector('footer.about')?.text.includes(description))
    const meta = page.querySelector('meta[name=description]')
    assert.equal(meta?.getAttribute('content'), description)
    const profile = (await site.visitor().get('/@john')).page.querySelector('meta[name=description]')
    assert.match(profile?.getAttribute('content') ?? '', /Posts by john/)
    const plain = await openSite()
    const lead = (await plain.visitor().get('/')).page.querySelector('.welcome .lead')
    assert.match(lead?.text ?? '', /^Microblog is a small, calm place/)
    await plain.close()
  })

  it('sets the comma of its headline apart, in each language', async () => {
    for (const language of ['en', 'es']) {
      const heading = (await welcome(language)).querySelector('h1')
      assert.equal(heading?.querySelector('i.comma')?.text, ',')
      assert.equal(
        heading?.text,
        language === 'en'
          ? 'Say it in a few words, to people who read.'
          : 'Dilo en pocas palabras, a gente que lee.',
      )
    }
  })

  it('says how many people there are, who has posted lately and how much', async () => {
    const page = await welcome()
    assert.equal(page.querySelector('.crowd > span:last-child')?.text, '4 people, 3 posts since yesterday')
    const faces = () => recentAuthors(site.app.db)
    const letters = page.querySelectorAll('.crowd .faces .avatar').map(({ text }) => text)
    assert.deepEqual(letters, ['D', 'M', 'J'])
    assert.deepEqual(
      (await faces()).map(({ username }) => username),
      ['david', 'mary', 'john'],
    )
  })

  it('leaves out a closed account at once', async () => {
    const close = (closedAt: Date | null) =>
      site.app.db.transaction(async tx => {
        tx.invalidates(`person:${site.ids.mary}`)
        await tx.update(users).set({ closedAt }).where(eq(users.id, site.ids.mary))
      })
    await close(new Date())
    const letters = (await welcome()).querySelectorAll('.faces .avatar').map(({ text }) => text)
    assert.deepEqual(letters, ['D', 'J'])
    assert.equal((await countSite(site.app.db, new Date())).people, 3)
    await close(null)
  })

  it('has two buttons, to sign up and to sign in, and nobody to follow', async () => {
    const page = await welcome()
    assert.deepEqual(
      page.querySelectorAll('.button').map(button => [button.getAttribute('href'), button.classList.value]),
      [
        ['/sign-up', ['button']],
        ['/sign-in', ['button', 'quiet']],
      ],
    )
    assert.equal(page.querySelector('.follow, .sign-up-prompt'), null)
    assert.deepEqual(
      page.querySelectorAll('aside .tags a').map(({ text }) => text),
      ['#tea'],
    )
  })

  it('asks one statement after a post, and three more once a minute at most', async () => {
    const { statements } = site
    statements.length = 0
    await welcome('en')
    await site.write('john', ['another'])
    statements.length = 0
    const page = await welcome('en')
    assert.match(page.querySelector('.timeline')?.text ?? '', /another/)
    assert.ok(statements.length <= 1, statements.join('\n'))
  })

  it('counts no further than a bound', async () => {
    const row = { userId: site.ids.john, body: 'x', entities: [], createdAt: new Date(Date.now() - 5_000) }
    await site.app.db.transaction(async tx => {
      tx.invalidates('posts')
      for (let n = 0; n <= countedAtMost; n += 1_000)
        await tx.insert(posts).values(Array.from({ length: 1_000 }, () => row))
    })
    const counted = await countSite(site.app.db, new Date())
    assert.deepEqual(counted, { people: 4, posts: countedAtMost + 1, postsOfDay: countedAtMost + 1 })
    const fresh = await openSite({ SIGN_UP: 'closed' })
    assert.equal((await fresh.visitor().get('/')).page.querySelectorAll('.button').length, 1)
    assert.equal(
      (await fresh.visitor().get('/')).page.querySelector('.crowd'),
      null,
      'where nobody has posted',
    )
    await fresh.close()
  })
})
