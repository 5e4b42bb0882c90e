import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { deleteChunk } from '../accounts/deletion-queries.ts'
import { createAccount } from '../accounts/queries.ts'
import { notifications, posts } from '../database/schema.ts'
import { desc, eq } from '../database/sql.ts'
import type { Post } from '../posts/post.ts'
import { findPost, publishPost } from '../posts/queries.ts'
import type { Answer, Browser } from '../testing/browser.ts'
import { openSite, type Site } from '../testing/site.ts'

describe('replies', () => {
  let site: Site
  let susan: Browser
  let john: Browser
  let david: Browser

  before(async () => {
    site = await openSite()
    susan = await site.signedIn('susan')
    john = await site.signedIn('john')
    david = await site.signedIn('david')
  })
  after(() => site.close())

  /** Answers a post, and returns the id of the reply. */
  async function reply(browser: Browser, to: number, body: string): Promise<number> {
    const answer = await browser.post(`/posts/${to}/replies`, { body })
    assert.equal(answer.status, 303)
    const [, id] = /#post-(\d+)$/.exec(answer.location ?? '') ?? []
    return Number(id)
  }

  async function write(body = 'Tea?'): Promise<number> {
    const [id] = await site.write('susan', [body])
    return id as number
  }

  /** A person's newest notification. */
  async function newest(name: 'susan'): Promise<{ id: number }> {
    const { id, userId, createdAt } = notifications
    const isTheirs = eq(userId, site.ids[name])
    const [row] = await site.app.db
      .select({ id })
      .from(notifications)
      .where(isTheirs)
      .orderBy(desc(createdAt), desc(id))
    return row as { id: number }
  }

  const thread = (answer: Answer) =>
    answer.page
      .querySelectorAll('main article, main .gap')
      .map(element => element.querySelector('.content')?.text ?? element.text)

  describe('a thread', () => {
    it('shows what the post answers above it and what answers it below, oldest first, one level deep', async () => {
      const root = await write('Tea?')
      const first = await reply(john, root, 'With milk.')
      const second = await reply(david, root, 'Without.')
      const under = await reply(susan, first, 'At once.')
      const deep = await reply(john, under, 'Thank you.')
      const visitor = site.visitor()
      assert.deepEqual(thread(await visitor.get(`/posts/${root}`)), [
        'Tea?',
        'With milk.',
        'At once.',
        'Without.',
      ])
      assert.deepEqual(thread(await visitor.get(`/posts/${under}`)), [
        'Tea?',
        'With milk.',
        'At once.',
        'Thank you.',
      ])
      const more = (await visitor.get(`/posts/${root}`)).page.querySelector('.more-replies a')
      assert.equal(more?.text, '1 more reply')
      assert.equal(more?.getAttribute('href'), `/posts/${under}`)
      assert.deepEqual(thread(await visitor.get(`/posts/${second}`)), ['Tea?', 'Without.'])
      assert.ok(deep > under)
    })

    it('begins with the author’s own continuation, beside which answers to it stay', async () => {
      const root = await write('One')
      await reply(john, root, 'Hello')
      const two = await reply(susan, root, 'Two')
      await reply(david, two, 'To two')
      const three = await reply(susan, two, 'Three')
      await reply(john, three, 'To three')
      const answer = await site.visitor().get(`/posts/${root}`)
      assert.equal(answer.page.querySelector('.more-replies'), null)
      assert.deepEqual(thread(answer), ['One', 'Two', 'To two', 'Three', 'To three', 'Hello'])
    })

    it('leaves out the middle of a long chain, and says how much', async () => {
      let last = await write('0')
      for (let at = 1; at <= 9; at++) last = await reply(at % 2 ? john : susan, last, String(at))
      const answer = await site.visitor().get(`/posts/${last}`)
      assert.deepEqual(thread(answer), ['0', '5', '6', '7', '8', '9'])
      assert.equal(answer.page.querySelector('.more-replies')?.text.trim(), '4 more posts')
    })

    it('goes on on further pages, each reply once', async () => {
      const root = await write('Many?')
      for (let at = 0; at < 27; at++) await reply(john, root, `No. ${at}`)
      const visitor = site.visitor()
      const page = await visitor.get(`/posts/${root}`)
      const next = page.page.querySelector('a[rel=next]')?.getAttribute('href') as string
      const last = await john.post(`/posts/${root}/replies`, { body: 'Not on the first page' })
      assert.match(last.location ?? '', /^\/posts\/\d+$/, 'it is shown on its own page')
      await john.post(`${last.location}/delete`)
      const all = [...thread(page).slice(1), ...thread(await visitor.get(next)).slice(1)]
      assert.deepEqual(
        all,
        Array.from({ length: 27 }, (_, at) => `No. ${at}`),
      )
    })

    it('takes as many statements however many replies there are', async () => {
      const counts: number[] = []
      for (const size of [10, 40]) {
        const root = await write(`${size}?`)
        for (let at = 0; at < size; at++) await reply(john, root, `No. ${at}`)
        site.statements.length = 0
        await site.visitor().get(`/posts/${root}`)
        counts.push(site.statements.length)
      }
      assert.equal(counts[0], counts[1])
      assert.ok((counts[0] as number) <= 9, site.statements.join('\n'))
    })
  })

  describe('a deleted post', () => {
    it('leaves a gap that holds nothing of it while it has replies, and nothing without', async () => {
      const root = await write('Root')
      const middle = await reply(john, root, 'Middle')
      const leaf = await reply(david, middle, 'Leaf')
      await john.post(`/posts/${middle}/delete`)
      const visitor = site.visitor()
      const gap = 'This post was deleted.'
      assert.deepEqual(thread(await visitor.get(`/posts/${root}`)), ['Root', gap, 'Leaf'])
      assert.deepEqual(thread(await visitor.get(`/posts/${leaf}`)), ['Root', gap, 'Leaf'])
      assert.equal((await visitor.get(`/posts/${middle}`)).status, 404)
      await david.post(`/posts/${leaf}/delete`)
      assert.deepEqual(thread(await visitor.get(`/posts/${root}`)), ['Root'])
    })

    it('leaves no reply out of reach, though it has no page of its own', async () => {
      const root = await write('Root')
      const gone = await reply(john, root, 'Soon gone')
      for (let at = 0; at < 6; at++) await reply(david, gone, `No. ${at}`)
      await john.post(`/posts/${gone}/delete`)
      const shown = thread(await site.visitor().get(`/posts/${root}`))
      assert.deepEqual(
        shown.slice(2),
        Array.from({ length: 6 }, (_, at) => `No. ${at}`),
      )
    })

    it('in a chain that is folded is not where the link to the others leads', async () => {
      const ids = [await write('0')]
      for (let at = 1; at <= 9; at++)
        ids.push(await reply(at % 2 ? john : susan, ids[at - 1] as number, String(at)))
      await john.post(`/posts/${ids[5]}/delete`)
      const { page } = await site.visitor().get(`/posts/${ids[9]}`)
      assert.equal(page.querySelector('.more-replies a')?.getAttribute('href'), `/posts/${ids[6]}`)
    })

    it('leaves gaps that hang together when an account goes with all its posts', async () => {
      const { db } = site.app
      const owner = { username: 'passing', email: 'passing@example.com', passwordHash: '', language: null }
      const { id: userId } = (await db.transaction(tx => createAccount(tx, owner, new Date()))) as {
        id: number
      }
      const say = (to: number, body: string) =>
        db.transaction(async tx => {
          const parent = (await findPost(tx, to, null)) as Post
          return publishPost(tx, { userId, body, language: 'en', submission: null, parent }, new Date())
        })
      const root = await write('Root')
      const second = await say(root, 'Two')
      const third = await say(second, 'Three')
      const fourth = await reply(david, third, 'Four')
      await db.transaction(async tx => {
        while (await deleteChunk(tx, userId));
      })
      const gap = 'This post was deleted.'
      assert.deepEqual(thread(await site.visitor().get(`/posts/${fourth}`)), ['Root', gap, gap, 'Four'])
      await david.post(`/posts/${fourth}/delete`)
      assert.deepEqual(thread(await site.visitor().get(`/posts/${root}`)), ['Root'])
    })

    it('cannot be answered', async () => {
      const root = await write('Soon gone')
      await susan.post(`/posts/${root}/delete`)
      const late = await john.post(`/posts/${root}/replies`, { body: 'Too late' })
      assert.equal(late.status, 404)
      assert.equal(late.page.querySelector('textarea')?.text.trim(), 'Too late', 'its words are not lost')
      assert.equal((await john.get(`/posts/${root}/replies/new`)).status, 404)
    })
  })

  it('notify the author of what is answered once, and everybody else who is mentioned', async () => {
    const root = await write('Who comes?')
    const id = await reply(john, root, '@susan and @david do.')
    const own = await reply(susan, id, 'Susan does.')
    const told = async (browser: Browser) =>
      (await browser.get('/notifications')).page
        .querySelectorAll('.notification')
        .map(row => [
          row.querySelector('p')?.text.trim().split(' (')[0],
          row.querySelector('a')?.getAttribute('href'),
        ])
    const { id: susans } = await newest('susan')
    assert.deepEqual((await told(susan))[0], ['john replied to your post', `/notifications/${susans}`])
    assert.equal((await susan.get(`/notifications/${susans}`)).location, `/posts/${id}`)
    assert.equal((await told(david))[0]?.[0], 'john mentioned you in a post')
    assert.equal((await told(john))[0]?.[0], 'susan replied to your post')
    await john.post(`/posts/${id}`, { body: 'Yes, @susan and @david do.' })
    assert.equal((await newest('susan')).id, susans, 'an edit tells nothing twice')
    await susan.post(`/posts/${own}/delete`)
    assert.ok(!(await john.get('/notifications')).text.includes('Susan does.'))
  })

  it('stand in threads, on the tab of their own, with hashtags and in searches, at Home to people who follow both, not in Explore', async () => {
    const root = await write('Where are replies?')
    const id = await reply(john, root, 'Here, with #whereabouts.')
    const own = await reply(susan, root, 'And I go on.')
    const visitor = site.visitor()
    const shown = async (browser: Browser, path: string) =>
      (await browser.get(path)).page
        .querySelectorAll('main article')
        .map(article => Number(article.id.replace('post-', '')))
        .filter(post => [root, id, own].includes(post))
    assert.deepEqual(await shown(visitor, '/explore'), [root])
    await david.post('/@john/follow')
    assert.deepEqual(await shown(david, '/'), [], 'one that answers a stranger')
    await david.post('/@susan/follow')
    // The first post was written an hour ago, which others follow.
    assert.deepEqual(await shown(david, '/'), [own, id], 'with one’s own continuation')
    const continued = (await david.get('/')).page.querySelector(`#post-${own} .why a`)
    assert.equal(continued?.text, 'Replying to susan: Where are replies?')
    assert.deepEqual(await shown(visitor, '/@john'), [])
    assert.deepEqual(await shown(visitor, '/@john/replies'), [id])
    assert.deepEqual((await shown(visitor, '/@susan')).toSorted(), [root, own].toSorted())
    assert.deepEqual(await shown(visitor, '/tags/whereabouts'), [id])
    assert.deepEqual(await shown(visitor, '/search?q=whereabouts'), [id])
    const why = (await visitor.get('/@john/replies')).page.querySelector('.why a')
    assert.equal(why?.text, 'Replying to susan: Where are replies?')
    assert.equal(why?.getAttribute('href'), `/posts/${root}`)
    await susan.post(`/posts/${root}/delete`)
    const orphan = (await visitor.get('/@john/replies')).page.querySelector('.why')
    assert.equal(orphan?.text.trim(), 'Replying to a post that isn’t available')
  })

  it('that are refused come back whole, and those of visitors wait until they have signed in', async () => {
    const root = await write('Say something')
    const blank = await john.post(`/posts/${root}/replies`, { body: '  ' })
    assert.equal(blank.status, 422)
    const long = await john.post(`/posts/${root}/replies`, { body: 'x'.repeat(141) })
    assert.equal(long.status, 422)
    assert.equal(long.page.querySelector('textarea')?.text.trim(), 'x'.repeat(141))
    const visitor = site.visitor()
    const asked = await visitor.post(`/posts/${root}/replies`, { body: 'Hello from outside' })
    assert.equal(asked.status, 401)
    assert.equal(
      asked.page.querySelector('input[name=next]')?.getAttribute('value'),
      `/posts/${root}/replies/new?resume`,
    )
    assert.equal((await visitor.get(`/posts/${root}?after=nonsense`)).status, 400)
    for (const id of ['0', 'david', '1e3', '9'.repeat(30), '%00'])
      assert.ok([400, 404].includes((await john.post(`/posts/${id}/replies`, { body: 'x' })).status), id)
  })

  it('and deletions of what they answer leave no reply without a place, however they meet', async () => {
    for (let round = 0; round < 5; round++) {
      const root = await write(`Round ${round}`)
      const [answer] = await Promise.all([
        john.post(`/posts/${root}/replies`, { body: `Reply ${round}` }),
        susan.post(`/posts/${root}/delete`),
      ])
      const reply = Number(/#post-(\d+)$/.exec(answer.location ?? '')?.[1])
      if (answer.status === 404) continue
      assert.deepEqual(thread(await site.visitor().get(`/posts/${reply}`)), [
        'This post was deleted.',
        `Reply ${round}`,
      ])
    }
  })

  describe('to a post whose author lets only some reply', () => {
    const write = async (form: Record<string, string>) => {
      const { location } = await susan.post('/posts', { body: 'For some', ...form })
      assert.equal(location, '/')
      const [post] = await site.app.db.select().from(posts).orderBy(desc(posts.id)).limit(1)
      return (post as { id: number }).id
    }
    const may = async (browser: Browser, to: number) => {
      const page = await browser.get(`/posts/${to}`)
      const writing = await browser.get(`/posts/${to}/replies/new`)
      const sent = await browser.post(`/posts/${to}/replies`, { body: `Reply ${Math.random()}` })
      const hasBox = page.page.querySelector('main textarea') !== null
      assert.equal(writing.status, hasBox ? 200 : 403)
      assert.equal(sent.status, hasBox ? 303 : 403)
      const off = page.page.querySelector('.permalink .action.off')
      assert.equal(off !== null, !hasBox)
      if (hasBox) return true
      const why = page.page.querySelector('#rule')?.text as string
      assert.equal(off?.getAttribute('title'), why)
      assert.ok(writing.text.includes(why), 'the page says why')
      assert.equal(writing.page.querySelector('h1')?.text, 'You can’t do this')
      assert.ok(sent.text.includes(why))
      assert.match(sent.page.querySelector('textarea')?.text ?? '', /Reply/, 'its words are not lost')
      return why
    }

    it('are refused to others, with the reason, and never to the author', async () => {
      await susan.post('/@david/follow')
      const following = await write({ repliesFrom: 'following' })
      assert.equal(await may(john, following), 'Only people susan follows can reply.')
      const mentioned = await write({ repliesFrom: 'mentioned', body: 'For @john alone' })
      assert.equal(await may(david, mentioned), 'Only people mentioned in this post can reply.')
      const nobody = await write({ repliesFrom: 'nobody' })
      assert.equal(await may(david, nobody), 'Only susan can reply.')
      for (const [browser, id] of [
        [david, following],
        [john, mentioned],
        [susan, following],
        [susan, mentioned],
        [susan, nobody],
      ] as const)
        assert.equal(await may(browser, id), true)
      const { page } = await susan.get(`/posts/${following}`)
      assert.equal(page.querySelector('#rule')?.text, 'Only people you follow can reply.', 'to its author')
      assert.equal(page.querySelector('#body')?.getAttribute('placeholder'), 'What comes next?')
      await susan.post('/@david/follow/delete')
      assert.equal(await may(david, following), 'Only people susan follows can reply.', 'as it is now')
    })

    it('stand in a thread that follows its first post, below replies of others, too', async () => {
      const root = await write({ repliesFrom: 'mentioned', body: 'With @john' })
      const his = await reply(john, root, 'Here I am, @david')
      assert.match(String(await may(david, his)), /^Only people mentioned in the first post can reply/)
      assert.equal(await may(susan, his), true)
      assert.equal(await may(john, his), true)
      const open = await write({})
      const narrow = await john.post(`/posts/${open}/replies`, { body: 'Not you', repliesFrom: 'nobody' })
      const narrower = Number(/#post-(\d+)$/.exec(narrow.location ?? '')?.[1])
      assert.equal(await may(david, narrower), 'Only john can reply.')
      assert.equal(await may(susan, narrower), 'Only john can reply.', 'the author of what it answers')
      await susan.post(`/posts/${root}`, { body: 'With @john', repliesFrom: 'nobody' })
      assert.equal(await may(john, his), 'Only the author of the first post can reply in this conversation.')
      await susan.post(`/posts/${root}/delete`)
      assert.equal(await may(david, his), true, 'the rule went with the post')
    })

    it('are offered to visitors, who may be among them, but not where nobody may', async () => {
      const visitor = site.visitor()
      const [some, none] = [await write({ repliesFrom: 'following' }), await write({ repliesFrom: 'nobody' })]
      for (const [id, rule, offered] of [
        [some, 'Only people susan follows can reply.', true],
        [none, 'Only susan can reply.', false],
      ] as const) {
        const { page } = await visitor.get(`/posts/${id}`)
        assert.equal(page.querySelector('#rule')?.text, rule)
        assert.equal(page.querySelector(`a[href="/posts/${id}/replies/new"]`) !== null, offered)
      }
    })

    it('change later, without an edit, and at once', async () => {
      const id = await write({})
      assert.equal(await may(david, id), true)
      const kept = await susan.get(`/posts/${id}/edit`)
      const chosen = (name: string) =>
        kept.page.querySelector(`select[name=${name}] [selected]`)?.getAttribute('value')
      assert.deepEqual([chosen('repliesFrom'), chosen('quotesFrom')], ['everyone', 'everyone'])
      await susan.post(`/posts/${id}`, { body: 'For some', repliesFrom: 'following' })
      assert.equal(await may(david, id), 'Only people susan follows can reply.')
      const [post] = await site.app.db.select().from(posts).where(eq(posts.id, id))
      assert.equal(post?.editedAt, null)
      const refused = await susan.post(`/posts/${id}`, { body: 'For some', repliesFrom: 'friends' })
      assert.equal(refused.status, 422)
      assert.equal(
        refused.page.querySelector('#repliesFrom-error')?.text.trim(),
        'Choose an option from the list.',
      )
      const warned = await susan.post('/posts', { body: 'x', contentWarning: 'y'.repeat(101) })
      assert.equal(warned.status, 422)
      assert.ok(warned.page.querySelector('details.options[open] #contentWarning-error'))
    })

    it('meet a change of who may, and either come before it or not at all', async () => {
      for (let round = 0; round < 5; round++) {
        const id = await write({})
        const [sent, closed] = await Promise.all([
          john.post(`/posts/${id}/replies`, { body: `Round ${round}` }),
          susan.post(`/posts/${id}`, { body: 'For some', repliesFrom: 'nobody' }),
        ])
        assert.equal(closed.status, 303)
        assert.ok([303, 403].includes(sent.status), String(sent.status))
        const [count] = thread(await site.visitor().get(`/posts/${id}`)).slice(1)
        assert.equal(count !== undefined, sent.status === 303)
      }
    })
  })

  it('of people in a block are gaps to each other, and cannot be written', async () => {
    const root = await write('Open to all')
    const theirs = await reply(john, root, 'From John')
    const other = await reply(david, theirs, 'From David')
    await susan.post('/@john/block')
    assert.deepEqual(thread(await susan.get(`/posts/${root}`)), [
      'Open to all',
      'You can’t see this post.',
      'From David',
    ])
    assert.deepEqual(thread(await susan.get(`/posts/${other}`)), [
      'Open to all',
      'You can’t see this post.',
      'From David',
    ])
    assert.equal((await susan.get(`/posts/${theirs}`)).status, 404)
    assert.equal((await john.post(`/posts/${root}/replies`, { body: 'Again' })).status, 404)
    await susan.post('/@john/block/delete')
  })
})
