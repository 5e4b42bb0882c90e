/** Who in Pellhaven likes, reposts and bookmarks which posts: a few posts are liked by most people, and most by a few. */
import { between, mulberry32, type Random, sample } from './random.ts'
import type { Line } from './threads.ts'

export type Account = {
  username: string
  displayName: string
  about: string
  email: string
  language: string | null
  createdAt: Date
}
export type Post = Line & { createdAt: Date; editedAt: Date | null }
export type Follow = { follower: string; followed: string; createdAt: Date }

/** `key` is the post's. */
export type Reaction = { username: string; key: string; createdAt: Date }
export type Reactions = { likes: Reaction[]; reposts: Reaction[]; bookmarks: Reaction[] }
type Town = { people: Account[]; posts: Post[]; follows: Follow[]; now: Date }

/** Its own, so that the rest of the community stays as it is when this changes. */
const SEED = 1958
const HOUR = 3_600_000

/** Reactions of each kind, oldest first. */
export function reactionsTo(town: Town): Reactions {
  const random = mulberry32(SEED)
  const all = town.posts.filter(({ isDeleted }) => !isDeleted).map(post => reactionsToOne(post, town, random))
  const sorted = (kind: keyof Reactions) =>
    all.flatMap(one => one[kind]).toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
  return { likes: sorted('likes'), reposts: sorted('reposts'), bookmarks: sorted('bookmarks') }
}

function reactionsToOne(post: Post, town: Town, random: Random): Reactions {
  const hours = (town.now.getTime() - post.createdAt.getTime()) / HOUR
  const most = post.isLoved ? 20 + 15 * random() : 14 * random() ** (post.answers ? 5 : 2.5)
  const fans = fansOf(post, town, { count: Math.round(most * Math.min(1, 0.1 + hours)), random })
  /** Most come soon, and some days later. */
  const at = () => {
    const wait = Math.min(hours, 60) * random() ** 3
    return new Date(Math.floor(post.createdAt.getTime() + between(random, 0.02, 0.98) * wait * HOUR))
  }
  const some = (share: number): Reaction[] =>
    fans.filter(() => random() < share).map(({ username }) => ({ username, key: post.key, createdAt: at() }))
  return {
    likes: some(1),
    reposts: post.answers || post.contentWarning ? [] : some(0.16),
    bookmarks: some(post.body.includes('https://') || post.isLoved ? 0.3 : 0.05),
  }
}

/** Rather the followers of its author, and those who can read it. */
function fansOf(
  { author, language, createdAt }: Post,
  { people, follows }: Town,
  { count, random }: { count: number; random: Random },
): Account[] {
  const followers = new Set(
    follows.filter(({ followed }) => followed === author).map(({ follower }) => follower),
  )
  const others = people.filter(person => person.username !== author && person.createdAt < createdAt)
  const weight = (person: Account) =>
    (followers.has(person.username) ? 6 : 1) * (language === 'en' || language === person.language ? 3 : 1)
  return sample(others, count, { weight, random })
}
