import type { Request } from 'autocannon'
import { castOf, popularTags, threadsOf, usernameOf } from './population.ts'

export type Ask = Request
export type Scenario = { name: string; status: 200 | 303; asks: Ask[] }
export type Cookies = (person: number) => Record<string, string>

/** Every page is asked for as a browser would, but uncompressed: the work of compressing is a scenario of its own. */
export function scenariosFor(
  { users, posts }: { users: number; posts: number },
  cookies: Cookies,
): Scenario[] {
  const { viewers, followsMany, followsNobody, followsTheQuiet, quietFrom, ...cast } = castOf(users)
  const home = (person: number) => get('/', cookies(person))
  const everyNth = (total: number) =>
    Array.from({ length: 20 }, (_, n) => Math.floor(((n + 0.5) * total) / 20))
  const { thread, endOfChain } = threadsOf(posts)
  const page = (name: string, asks: Ask[]): Scenario => ({ name, status: 200, asks })
  return [
    page('home', viewers.map(home)),
    page('home, brotli', viewers.map(home).map(compressed)),
    page('home, only quiet people', [home(followsTheQuiet)]),
    page('home, follows nobody', [home(followsNobody)]),
    page('home, follows 2,000', [home(followsMany)]),
    page('home, follows 10,000 replies to strangers', [home(cast.followsTheLoud)]),
    page('home, the same without them', [home(cast.followsNoneLoud)]),
    page('home with pictures', [home(cast.followsPictured)]),
    page('home without pictures', [home(cast.followsUnpictured)]),
    page('explore, visitor', [get('/explore')]),
    page(
      'profile, visitor',
      everyNth(quietFrom).map(person => get(`/@${usernameOf(person)}`)),
    ),
    page(
      'hashtag, visitor',
      popularTags.map(tag => get(`/tags/${tag}`)),
    ),
    page(
      'permalink, visitor',
      everyNth(posts).map(post => get(`/posts/${post + 1}`)),
    ),
    page('thread of 1,000 replies, visitor', [get(`/posts/${thread}`)]),
    page(
      'thread of 1,000 replies, member',
      viewers.map(person => get(`/posts/${thread}`, cookies(person))),
    ),
    page('thread of 500 answers, its end, visitor', [get(`/posts/${endOfChain}`)]),
    page('bookmarks', [get('/bookmarks', cookies(0))]),
    page(
      'search, words and phrases',
      queries.map(query => get(`/search?q=${encodeURIComponent(query)}`)),
    ),
    page(
      'search, while typing',
      beginnings.map(query => get(`/search/results?q=${encodeURIComponent(query)}`)),
    ),
    page(
      'home timeline, API',
      viewers.map(person => json('/api/timelines/home', cookies(person))),
    ),
    page('messages, 10,000 of them', [get(`/messages/@${usernameOf(1)}`, cookies(0))]),
    page('messages, deep in 10,000', [get(`/messages/@${usernameOf(1)}?before=${longAgo}`, cookies(0))]),
    page('notifications, 10,000 of them', [get('/notifications', cookies(0))]),
    page('notifications, mentions', [get('/notifications/mentions', cookies(0))]),
    page('messages, inbox of 1,000', [get('/messages', cookies(2))]),
    {
      name: 'messages, sending',
      status: 303,
      asks: viewers.map(person => send(`/messages/@${usernameOf(person + 1)}`, cookies(person))),
    },
    { name: 'like, one post', status: 303, asks: [like(viewers.map(cookies), () => thread)] },
    {
      name: 'like, many posts',
      status: 303,
      asks: [like(viewers.map(cookies), n => 1 + (Math.floor(n / viewers.length) % posts))],
    },
    { name: 'publish', status: 303, asks: viewers.map(person => publish(cookies(person))) },
  ]
}

/** Common words, rare combinations, one author's posts, and no match. */
const queries = [
  'kettle',
  'harbour neighbours',
  '"second attempt at rye bread"',
  '#tea radio',
  'from:ada_hill',
  'zebra',
]
const beginnings = ['h', 'ha', 'har', 'harb', 'second att', 'kettle b', '#te']

function get(path: string, headers: Record<string, string> = {}): Ask {
  return { method: 'GET', path, headers: { accept: 'text/html', 'accept-language': 'en', ...headers } }
}

function json(path: string, headers: Record<string, string>): Ask {
  return { method: 'GET', path, headers: { accept: 'application/json', ...headers } }
}

function compressed(ask: Ask): Ask {
  return { ...ask, headers: { ...ask.headers, 'accept-encoding': 'gzip, deflate, br, zstd' } }
}

/** A place in the middle of what was written in the months before the benchmark. */
const longAgo = `${Date.now() - 90 * 24 * 3_600_000}-1`

function publish(cookie: Record<string, string>): Ask {
  return send('/posts', cookie)
}

let liked = 0

/** The people like a post one after the other, and take their likes back when all have: each request writes a row. */
function like(people: Record<string, string>[], postOf: (n: number) => number): Ask {
  return {
    ...form('/', {}),
    setupRequest: ask => {
      const n = liked++
      const post = postOf(n)
      const isTakenBack = Math.floor(n / people.length) % 2 === 1 && post === postOf(n - people.length)
      const path = `/posts/${post}/like${isTakenBack ? '/delete' : ''}`
      return { ...ask, path, body: 'next=%2F', headers: { ...ask.headers, ...people[n % people.length] } }
    },
  }
}

let published = 0

/** Each post, or message, has words of its own. */
function send(path: string, cookie: Record<string, string>): Ask {
  const words = () => `Post ${++published} from the bench, with #tea for @${usernameOf(published % 200)}`
  return {
    ...form(path, cookie),
    setupRequest: ask => ({ ...ask, body: new URLSearchParams({ body: words() }).toString() }),
  }
}

function form(path: string, cookie: Record<string, string>): Ask {
  const type = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
  return {
    method: 'POST',
    path,
    headers: { accept: 'text/html', 'accept-language': 'en', ...cookie, ...type },
  }
}
