/** A feed in JSON. @see https://www.jsonfeed.org/version/1.1/ */
import type { Post } from '../posts/post.ts'
import { tagsOf } from '../text/entities.ts'
import { authorOf, changeOf, type Feed, type FeedIcons } from './feed.ts'
import { enclosuresOf, htmlOf, titleOf } from './markup.ts'

export const jsonFeedType = 'application/feed+json; charset=utf-8'

export function jsonFeedOf(feed: Feed & FeedIcons): string {
  const { title, description, page, address, query, author, posts, siteUrl, favicon, icon } = feed
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title,
    home_page_url: page,
    feed_url: `${address}.json${query}`,
    ...(description && { description }),
    icon,
    favicon,
    ...(author && { authors: [author] }),
    items: posts.map(post => itemOf(post, siteUrl)),
  })
}

/** Without a title, which is optional in this format. */
function itemOf(post: Post, siteUrl: string): object {
  const { id, body, entities, language, createdAt, author, contentWarning } = post
  const address = `${siteUrl}/posts/${id}`
  const tags = tagsOf(entities)
  const attachments = enclosuresOf(post, siteUrl).map(({ url, type, bytes, title }) => ({
    url,
    mime_type: type,
    size_in_bytes: bytes,
    ...(title && { title }),
  }))
  return {
    id: address,
    url: address,
    content_html: htmlOf(post, siteUrl),
    // Plain text cannot fold.
    ...(contentWarning ? { summary: contentWarning } : { content_text: body || titleOf(post) }),
    date_published: createdAt.toISOString(),
    date_modified: changeOf(post).toISOString(),
    authors: [authorOf(author, siteUrl)],
    ...(attachments.length > 0 && { attachments }),
    ...(language && { language }),
    ...(tags.length > 0 && { tags }),
  }
}
