/** A feed, whatever it is written as: what it is of, and its newest posts. */
import type { Config } from '../config.ts'
import { imagePath, sharedFace } from '../images/shown.ts'
import type { Author as PersonByName } from '../people/person.ts'
import type { Post } from '../posts/post.ts'
import { isolate } from '../text/bidi.ts'
import { tagPath } from '../text/hashtags.ts'
import { titleOf } from './markup.ts'

export type Feed = {
  /** Permanent when the name or the URL changes (RFC 4151). */
  id: string
  title: string
  description: string
  /** The URL of the page with the same posts. */
  page: string
  /** The URL of the feed without its extension, and what stands behind that. */
  address: string
  query: string
  updated: Date
  author: Author | null
  /** Instead of the site's. */
  icons: FeedIcons | null
  posts: Post[]
  siteUrl: string
}
/** The pictures that readers show beside a feed: a small one and a large one. */
export type FeedIcons = { favicon: string; icon: string }
type Author = { name: string; url: string; avatar?: string }
type Person = PersonByName & { about: string; createdAt: Date }

/** A person's posts, or all that they wrote, replies to others among it. */
export function feedOfPerson(
  person: Person & { withReplies: boolean },
  posts: Post[],
  { publicUrl, siteName }: Config,
): Feed {
  const { id, username, displayName, about, createdAt, withReplies } = person
  const page = `${publicUrl}/@${username}`
  return {
    id: `tag:${new URL(publicUrl).hostname},${createdAt.toISOString().slice(0, 10)}:user/${id}${withReplies ? '/all' : ''}`,
    title: `${isolate(displayName)} (@${username}) · ${siteName}`,
    description: about,
    page,
    address: `${page}/feed`,
    query: withReplies ? '?replies=1' : '',
    updated: newestChange(posts) ?? createdAt,
    author: authorOf(person, publicUrl),
    icons: iconsOf(person, publicUrl),
    posts,
    siteUrl: publicUrl,
  }
}

/** A hashtag has no author; without posts its date is 1970. */
export function feedOfTag(tag: string, posts: Post[], { publicUrl, siteName }: Config): Feed {
  const page = publicUrl + tagPath(tag)
  return {
    id: page,
    title: `${isolate(`#${tag}`)} · ${siteName}`,
    description: '',
    page,
    address: `${page}/feed`,
    query: '',
    updated: newestChange(posts) ?? new Date(0),
    author: null,
    icons: null,
    posts,
    siteUrl: publicUrl,
  }
}

/** What answers a post or stands in the same thread; without replies its date is that of the post. */
export function feedOfThread(post: Post, posts: Post[], { publicUrl, siteName }: Config): Feed {
  const page = `${publicUrl}/posts/${post.id}`
  return {
    // The address alone is the id of the post itself.
    id: `${page}/feed`,
    title: `${isolate(post.author.displayName)}: ${isolate(titleOf(post))} · ${siteName}`,
    description: '',
    page,
    address: `${page}/feed`,
    query: '',
    updated: newestChange(posts) ?? post.createdAt,
    author: null,
    icons: null,
    posts,
    siteUrl: publicUrl,
  }
}

export function changeOf({ createdAt, editedAt }: Post): Date {
  return editedAt ?? createdAt
}

function newestChange(posts: Post[]): Date | undefined {
  const times = posts.map(post => changeOf(post).getTime())
  return times.length > 0 ? new Date(Math.max(...times)) : undefined
}

function iconsOf({ avatar }: Pick<PersonByName, 'avatar'>, siteUrl: string): FeedIcons | null {
  if (avatar === null) return null
  const address = (width: number) => siteUrl + imagePath({ key: avatar }, width)
  return { favicon: address(96), icon: address(512) }
}

/** A person as readers show them. */
export function authorOf({ username, displayName, avatar }: PersonByName, siteUrl: string): Author {
  const face = sharedFace({ avatar })
  return { name: displayName, url: `${siteUrl}/@${username}`, ...(face && { avatar: siteUrl + face.path }) }
}
