import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { eld } from 'eld/extrasmall'
import { posts } from '../database/schema.ts'
import { desc, eq } from '../database/sql.ts'
import type { Browser } from '../testing/browser.ts'
import { openSite, password, type Site } from '../testing/site.ts'
import { languageChoices, languageName, postLanguages } from './language.ts'

describe('the language that an author chooses', () => {
  let site: Site
  let susan: Browser
  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
  })
  beforeEach(() => site.app.db.transaction(async tx => void (await tx.delete(posts))))
  after(() => site.close())

  const newest = async () => (await site.app.db.select().from(posts).orderBy(desc(posts.id)).limit(1))[0]
  const chosen = (html: {
    querySelector(selector: string): { getAttribute(name: string): unknown } | null
  }) => html.querySelector('select[name=language] option[selected]')?.getAttribute('value') ?? ''
  async function post(form: Record<string, string>) {
    await susan.post('/posts', form)
    const { id, language } = (await newest()) as typeof posts.$inferSelect
    return { id, language }
  }

  it('is kept and shown, whatever the text looks like', async () => {
    const { id, language } = await post({ body: 'The kettle is on in the library.', language: 'fr' })
    assert.equal(language, 'fr')
    const shown = await site.visitor().get(`/posts/${id}`)
    assert.equal(shown.page.querySelector('article .content')?.getAttribute('lang'), 'fr')
  })

  it('is detected when it is left open or not sent', async () => {
    const body = 'La marea sube despacio esta mañana en el puerto.'
    assert.equal((await post({ body, language: '' })).language, 'es')
    assert.equal((await post({ body: `${body} Otra vez.` })).language, 'es')
  })

  it('is offered by the composer, "detect" first, by the names that the reader uses', async () => {
    for (const path of ['/', '/posts/new']) {
      const { page } = await susan.get(path)
      assert.ok(page.querySelector('label[for=language]'))
      const options = page.querySelectorAll('select[name=language] option')
      assert.equal(options.length, postLanguages.length + 1)
      assert.equal(options[0]?.getAttribute('value'), '')
      assert.equal(chosen(page), '')
      assert.ok(options.some(option => option.text === 'French' && option.getAttribute('value') === 'fr'))
    }
    const spanish = await susan.get('/posts/new', { 'accept-language': 'es' })
    assert.ok(spanish.page.querySelectorAll('option').some(({ text }) => text === 'Francés'))
  })

  for (const language of ['xx', 'EN', 'en-', '<b>', 'constructor', ' ', 'en\u0000us', 'x'.repeat(5_000)]) {
    it(`is refused if it is unknown: ${JSON.stringify(language.slice(0, 20))}`, async () => {
      const answer = await susan.post('/posts', { body: 'Kept words', language })
      assert.equal(answer.status, 422)
      assert.equal(answer.page.querySelector('select[name=language]')?.getAttribute('aria-invalid'), 'true')
      assert.match(answer.page.querySelector('#language-error')?.text ?? '', /language/)
      assert.equal(answer.page.querySelector('textarea')?.text.trim(), 'Kept words')
      assert.equal(await newest(), undefined)
      const [id] = await site.write('susan', ['Before'])
      assert.equal((await susan.post(`/posts/${id}`, { body: 'After', language })).status, 422)
      assert.equal((await newest())?.body, 'Before')
    })
  }

  it('comes back with the text of a post that is refused', async () => {
    const answer = await susan.post('/posts', { body: '', language: 'fr' })
    assert.equal(answer.status, 422)
    assert.equal(chosen(answer.page), 'fr')
  })

  it('is kept through signing in', async () => {
    const visitor = site.visitor()
    const asked = await visitor.post('/posts', { body: 'Bonne route', language: 'fr' })
    const next = asked.page.querySelector('input[name=next]')?.getAttribute('value') ?? ''
    const writing = await visitor.follow(
      await visitor.post('/sign-in', { identifier: 'susan', password, next }),
    )
    assert.equal(chosen(writing.page), 'fr')
    assert.equal(writing.page.querySelector('textarea')?.text.trim(), 'Bonne route')
  })

  it('can be changed alone, which leaves the text unedited', async () => {
    const { id } = await post({ body: 'Gift', language: 'en' })
    assert.equal(chosen((await susan.get(`/posts/${id}/edit`)).page), 'en')
    assert.equal((await susan.post(`/posts/${id}`, { body: 'Gift', language: 'de' })).status, 303)
    const changed = await newest()
    assert.equal(changed?.language, 'de')
    assert.equal(changed?.editedAt, null)
    assert.equal(chosen((await susan.get(`/posts/${id}/edit`)).page), 'de')
  })

  it('stays as imported, even if it cannot be chosen', async () => {
    for (const language of ['pt-BR', 'en-1', 'tlh']) {
      const { id } = await post({ body: `Words ${language}` })
      await site.app.db.transaction(tx => tx.update(posts).set({ language }).where(eq(posts.id, id)))
      assert.equal(chosen((await susan.get(`/posts/${id}/edit`)).page), language)
      const saved = await susan.post(`/posts/${id}`, { body: 'Other words', language })
      assert.equal(saved.status, 303)
      assert.equal((await newest())?.language, language)
    }
  })
})

describe('the languages of posts', () => {
  it('are those that the detector distinguishes', () => {
    const { Languages } = eld.info() as unknown as { Languages: Record<string, string> }
    assert.deepEqual(postLanguages, Object.values(Languages).toSorted())
  })

  it('have names in both languages, in their order', () => {
    for (const reader of ['en', 'es'] as const) {
      const names = languageChoices(reader).map(({ name }) => name)
      assert.ok(
        names.every(name => /^\p{Lu}\p{L}/u.test(name)),
        String(names),
      )
      assert.deepEqual(names, names.toSorted(new Intl.Collator(reader).compare))
    }
    assert.equal(languageName('fr', 'es'), 'francés')
    assert.equal(languageName('not a code', 'en'), 'not a code')
  })
})
