import members from './people.json' with { type: 'json' }
import { between, mulberry32, type Random, sample } from './random.ts'
import { type Account, type Follow, type Post, type Reactions, reactionsTo } from './reactions.ts'
import { type Thread, threads } from './threads.ts'

export type Community = { people: Account[]; posts: Post[]; follows: Follow[] } & Reactions

const SEED = 2026
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * The people of Pellhaven, their last three weeks of posts, who follows whom, and who likes, reposts and bookmarks what,
 * as of `now`: the same `now` gives the same community. All is sorted oldest first; nothing is later than `now`.
 */
export function community(now: Date): Community {
  const random = mulberry32(SEED)
  const posts = withUniqueTimes(threads.flatMap(thread => postsOf(thread, now, random)))
  const people = members.map(({ newcomer, face: _face, banner: _banner, ...person }, index): Account => {
    const { username } = person
    // Those listed first have been here the longest; a newcomer joined a few hours before their first post.
    const tenure = newcomer ? random() * 3 * HOUR : between(random, 0, 12) * DAY + (40 - index) * 10 * DAY
    // Their first post or mention; the very first post for those who have neither.
    const first =
      posts.find(post => post.author === username || mentions(post.body).includes(username)) ?? posts[0]
    const createdAt = new Date((first?.createdAt.getTime() ?? 0) - 5 * MINUTE - tenure)
    return { ...person, email: `${username}@example.com`, createdAt }
  })
  const follows = people.flatMap(person => followsOf(person, people, { posts, now, random }))
  const reactions = reactionsTo({ people, posts, follows, now })
  return { people, posts, follows: follows.sort(oldestFirst), ...reactions }
}

/** The posts of a thread: some minutes apart, the last one still before `now`. */
function postsOf(thread: Thread, now: Date, random: Random): Post[] {
  const midnight = Math.floor(now.getTime() / DAY) * DAY
  let time =
    'minutesAgo' in thread
      ? now.getTime() - thread.minutesAgo * MINUTE - random() * 30 * SECOND
      : midnight - thread.daysAgo * DAY + thread.hour * HOUR + random() * 50 * MINUTE
  const maxPause = (now.getTime() - time) / thread.posts.length
  const pause = Math.min(between(random, 6, 40) * MINUTE, maxPause)
  return thread.posts.map(post => {
    const createdAt = new Date(time)
    const editedAt = post.earlier.length > 0 ? new Date(time + between(random, 1, 9) * MINUTE) : null
    time += pause * between(random, 0.2, 1)
    return { ...post, createdAt, editedAt }
  })
}

/** Sorts the posts, and moves one a millisecond back wherever two have the same time. */
function withUniqueTimes(posts: Post[]): Post[] {
  let later = Number.POSITIVE_INFINITY
  return posts
    .toSorted(oldestFirst)
    .toReversed()
    .map(post => {
      later = Math.min(post.createdAt.getTime(), later - 1)
      return { ...post, createdAt: new Date(later) }
    })
    .toReversed()
}

/** The usernames that a post mentions, without their `@`. */
export function mentions(body: string): string[] {
  return Array.from(body.matchAll(/@(\w+)/g), match => match[1] ?? '')
}

type Context = { posts: Post[]; now: Date; random: Random }

/** Follows 4 to 15 people, more for those who post more, and rather those they talk with and can read. */
function followsOf(person: Account, people: Account[], { posts, now, random }: Context): Follow[] {
  const count = Math.min(15, 4 + Math.floor(countBy(person, posts) / 3 + random() * 4))
  const others = people.filter(other => other !== person)
  const weight = (other: Account) => countBy(other, posts) ** 2 * affinity(person, other)
  return sample(others, count, { weight, random }).map(followed => {
    const bothJoined = Math.max(person.createdAt.getTime(), followed.createdAt.getTime())
    const createdAt = new Date(between(random, bothJoined, now.getTime()))
    return { follower: person.username, followed: followed.username, createdAt }
  })
}

function countBy(person: Account, posts: Post[]): number {
  return posts.filter(post => post.author === person.username).length
}

/** Higher for people who talk in the same threads, and much higher for those who share a language other than English. */
function affinity(one: Account, other: Account): number {
  const postsIn = (person: Account, thread: Thread) =>
    thread.posts.some(({ author }) => author === person.username)
  const shared = threads.filter(thread => postsIn(one, thread) && postsIn(other, thread)).length
  const sameLanguage = one.language === other.language && one.language !== 'en'
  return (1 + shared) * (sameLanguage ? 6 : 1)
}

function oldestFirst(a: { createdAt: Date }, b: { createdAt: Date }): number {
  return a.createdAt.getTime() - b.createdAt.getTime()
}
