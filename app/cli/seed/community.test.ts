import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isLong } from '../../text/lines.ts'
import { community, mentions } from './community.ts'
import type { Post } from './reactions.ts'

const HOUR = 3_600_000
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const length = (text: string) => Array.from(graphemes.segment(text)).length
const repeated = (values: unknown[]) => values.filter((value, index) => values.indexOf(value) !== index)

describe('the seeded community', () => {
  it('is the same for the same time', () => {
    const now = new Date('2025-10-12T09:30:00.123Z')
    assert.deepEqual(community(now), community(now))
  })

  for (const timestamp of [
    '2025-10-12T00:00:00.000Z',
    '2025-03-30T01:17:42.007Z',
    '2024-02-29T23:59:59.999Z',
  ]) {
    describe(`as of ${timestamp}`, () => checks(new Date(timestamp)))
  }
})

/** The posts of each thread, the first that all of them answer at its head. */
function threadsOf(posts: Post[]): Post[][] {
  const threads = new Map<string, Post[]>()
  for (const post of posts) {
    const thread = post.answers ? (threads.get(post.answers) ?? []) : []
    thread.push(post)
    threads.set(post.key, thread)
  }
  return Array.from(new Set(threads.values()))
}

function checks(now: Date) {
  const { people, posts, follows, likes, reposts, bookmarks } = community(now)
  const joined = new Map(people.map(person => [person.username, person.createdAt]))
  const since = (username: string) => joined.get(username) ?? assert.fail(`there is no ${username}`)

  it('begins with the four people of the tests', () => {
    const first = people.slice(0, 4).map(person => person.username)
    assert.deepEqual(first, ['susan', 'john', 'david', 'mary'])
  })

  it('has valid, different usernames', () => {
    for (const { username } of people) assert.match(username, /^[A-Za-z0-9_]{1,64}$/)
    assert.deepEqual(repeated(people.map(person => person.username.toLowerCase())), [])
  })

  it('keeps names, bios and posts within their limits', () => {
    for (const { displayName } of people) assert.ok(length(displayName) <= 64, displayName)
    for (const { about } of people) assert.ok(length(about) <= 140, about)
    for (const { body } of posts) assert.ok(length(body) >= 1 && length(body) <= 140, body)
  })

  it('names its languages properly', () => {
    for (const { language } of posts) assert.deepEqual(Intl.getCanonicalLocales(language), [language])
  })

  it('has names that fit in a column, and the scripts that are hard to set', () => {
    for (const { displayName } of people) assert.ok(length(displayName) <= 28, displayName)
    for (const script of ['Arabic', 'Hebrew', 'Devanagari', 'Han', 'Hiragana']) {
      const isWritten = new RegExp(`\\p{Script=${script}}`, 'u')
      assert.ok(posts.filter(post => isWritten.test(post.body)).length >= 4, script)
      assert.ok(
        people.some(person => isWritten.test(person.displayName)),
        script,
      )
    }
  })

  it('has posts of emoji alone, posts in lines, one that lists shorten and a long address', () => {
    assert.ok(posts.filter(({ body }) => !/[\p{L}\s]/u.test(body)).length >= 4)
    assert.ok(posts.some(({ body }) => body.includes('\n') && !isLong(body)))
    assert.ok(posts.some(({ body }) => isLong(body)))
    assert.ok(posts.some(({ body }) => /https:\S{50,}/.test(body)))
    assert.ok(
      posts.every(({ body }) => !/\\|  | $| [?!:;](?:\s|$)/.test(body)),
      'no odd spacing',
    )
  })

  it('repeats no post', () => {
    assert.deepEqual(repeated(posts.map(post => post.body)), [])
  })

  it('mentions only people who are there, and no author mentions themself', () => {
    for (const { author, body, createdAt } of posts) {
      assert.ok(!mentions(body).includes(author), body)
      for (const username of mentions(body)) assert.ok(since(username) < createdAt, body)
    }
  })

  it('answers people by replies, each later than what it answers, and names the author there no more', () => {
    const byKey = new Map(posts.map(post => [post.key, post]))
    for (const { answers, body, createdAt } of posts) {
      if (answers === null) continue
      const parent = byKey.get(answers) ?? assert.fail(`nothing is answered by ${body}`)
      assert.ok(parent.createdAt < createdAt, body)
      assert.ok(!mentions(body).includes(parent.author), body)
    }
  })

  it('has one long branching thread, with what its author continues and a deleted post that was answered', () => {
    const [longest = [], second = []] = threadsOf(posts).toSorted((a, b) => b.length - a.length)
    assert.ok(longest.length >= 19 && longest.length <= 31 && second.length <= 8)
    const [root, ...replies] = longest
    const answersTo = (post: Post | undefined) => replies.filter(({ answers }) => answers === post?.key)
    const direct = answersTo(root)
    assert.ok(direct.length >= 6)
    assert.ok(direct.flatMap(answersTo).flatMap(answersTo).length >= 4, 'three levels')
    assert.ok(new Set(replies.map(({ author }) => author)).size >= 12)
    const continued = direct.find(({ author }) => author === root?.author)
    assert.ok(answersTo(continued).some(({ author }) => author === root?.author))
    assert.deepEqual(
      posts.filter(({ isDeleted }) => isDeleted).map(post => answersTo(post).length),
      [3],
    )
  })

  it('has many short threads, one in Spanish, some with Arabic and Hebrew', () => {
    const short = threadsOf(posts).filter(({ length }) => length >= 3 && length <= 6)
    assert.ok(short.length >= 20)
    assert.ok(short.some(thread => thread.every(({ language }) => language === 'es')))
    for (const language of ['ar', 'he'])
      assert.ok(short.some(thread => thread.some(post => post.answers && post.language === language)))
  })

  it('orders its posts, each at its own millisecond, none after now', () => {
    const times = posts.map(post => post.createdAt.getTime())
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
    assert.deepEqual(repeated(times), [])
    assert.ok(times.every(time => Number.isInteger(time) && time <= now.getTime()))
  })

  it('has posts from the last few minutes', () => {
    assert.ok(posts.filter(post => now.getTime() - post.createdAt.getTime() < 10 * 60_000).length >= 3)
  })

  it('opens accounts before their first post', () => {
    for (const { author, createdAt } of posts) assert.ok(since(author) < createdAt, author)
  })

  it('edits a few posts, after they were published', () => {
    const edits = posts.flatMap(post =>
      post.editedAt ? [post.editedAt.getTime() - post.createdAt.getTime()] : [],
    )
    assert.ok(edits.length >= 3 && edits.every(delay => delay > 0))
    assert.ok(posts.every(post => (post.editedAt ?? post.createdAt) <= now))
  })

  it('quotes what was there before, by people other than its author', () => {
    const byKey = new Map(posts.map(post => [post.key, post]))
    const quotes = posts.filter(post => post.quotes !== null)
    assert.ok(quotes.length >= 6)
    for (const { quotes: key, author, createdAt } of quotes) {
      const quoted = byKey.get(String(key)) ?? assert.fail(`${author} quotes nothing`)
      assert.ok(quoted.createdAt < createdAt && quoted.author !== author)
    }
  })

  it('has earlier versions, pins, a content warning and posts that not everyone may answer', () => {
    for (const { earlier, body } of posts) assert.ok(!earlier.includes(body))
    assert.ok(posts.some(({ earlier }) => earlier.length > 1))
    const pinned = posts.filter(({ isPinned }) => isPinned).map(({ author }) => author)
    assert.ok(pinned.length >= 5)
    for (const author of pinned) assert.ok(pinned.filter(other => other === author).length <= 3)
    assert.ok(posts.some(({ contentWarning }) => contentWarning !== null))
    for (const { key, repliesFrom } of posts)
      assert.ok(repliesFrom === 'everyone' || posts.every(({ answers }) => answers !== key))
  })

  it('likes a few posts much and many a little, each once, after both were there', () => {
    const byKey = new Map(posts.map(post => [post.key, post]))
    for (const list of [likes, reposts, bookmarks]) {
      assert.deepEqual(repeated(list.map(({ username, key }) => `${username} ${key}`)), [])
      for (const { username, key, createdAt } of list) {
        const post = byKey.get(key) ?? assert.fail(`there is no post ${key}`)
        assert.ok(
          !post.isDeleted && post.createdAt <= createdAt && since(username) < createdAt && createdAt <= now,
        )
      }
    }
    const counts = posts.map(({ key }) => likes.filter(like => like.key === key).length)
    assert.ok(
      counts.filter(count => count >= 20).length >= 4 && counts.filter(count => count >= 20).length <= 12,
    )
    assert.ok(counts.filter(count => count > 0).length > posts.length / 2)
    assert.ok(counts.filter(count => count === 0).length > posts.length / 8)
    assert.ok(reposts.length >= 60 && bookmarks.length >= 60)
    assert.ok(
      likes.some(({ createdAt }) => now.getTime() - createdAt.getTime() < HOUR),
      'of the last hour',
    )
  })

  it('has pictures, each described by its own words, at most four in a post', () => {
    const shown = posts.filter(({ pictures }) => pictures.length > 0)
    assert.ok(shown.length >= 12 && shown.every(({ pictures }) => pictures.length <= 4))
    assert.deepEqual(new Set(shown.map(({ pictures }) => pictures.length)), new Set([1, 2, 4]))
    assert.deepEqual(repeated(shown.flatMap(({ pictures }) => pictures.map(({ alt }) => alt))), [])
  })

  it('has each follow once, from when both had joined', () => {
    assert.deepEqual(repeated(follows.map(({ follower, followed }) => `${follower} ${followed}`)), [])
    for (const { follower, followed, createdAt } of follows) {
      assert.notEqual(follower, followed)
      assert.ok(since(follower) <= createdAt && since(followed) <= createdAt && createdAt <= now)
    }
  })

  it('gives each person 4 to 15 people to follow, some many followers and one none', () => {
    const counts = people.map(person => follows.filter(({ follower }) => follower === person.username).length)
    const followers = people.map(
      person => follows.filter(({ followed }) => followed === person.username).length,
    )
    assert.ok(counts.every(count => count >= 4 && count <= 15))
    assert.ok(Math.max(...followers) >= 18)
    assert.equal(followers.filter(count => count === 0).length, 1)
  })

  it('has a person without posts and a person without a bio', () => {
    const authors = new Set(posts.map(post => post.author))
    assert.equal(people.filter(person => !authors.has(person.username)).length, 1)
    assert.equal(people.filter(person => person.about === '').length, 1)
  })
}
