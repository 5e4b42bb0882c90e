import type { Database, Writer } from '../../database/database.ts'
import { bookmarks, follows, posts, users } from '../../database/schema.ts'
import { and, eq, inArray, isNull } from '../../database/sql.ts'
import type { SentImage } from '../../images/post-queries.ts'
import { addImage } from '../../images/queries.ts'
import { isLanguage } from '../../locales/translate.ts'
import { findCorrespondent } from '../../messages/correspondent-queries.ts'
import { markMessagesRead } from '../../messages/queries.ts'
import { sendMessage } from '../../messages/sending-queries.ts'
import { markAllRead, notify } from '../../notifications/queries.ts'
import { pin } from '../../pins/queries.ts'
import { addEachCounted } from '../../posts/counted.ts'
import { deletePost, editPost, findPost, publishPost } from '../../posts/queries.ts'
import { indexPeople } from '../../search-index/indexing.ts'
import { hashPassword } from '../../security/passwords.ts'
import { foldName } from '../../text/normalize.ts'
import { type Community, community } from './community.ts'
import type { Drawn } from './pictures.ts'
import privateMessages from './private-messages.json' with { type: 'json' }

type Ids = Map<string, number>

/** Adds the community in one transaction, through the queries that the site uses; returns how much was added. */
export async function seedCommunity(
  db: Database,
  { password, now, drawn }: { password: string; now: Date; drawn?: Drawn },
) {
  const town = community(now)
  const { people, posts, follows } = town
  const passwordHash = await hashPassword(password)
  await db.transaction(async tx => {
    const ids = await addPeople(tx, people, passwordHash)
    const published = await addPosts(tx, posts, { ids, drawn })
    if (drawn) await addProfilePictures(tx, drawn.profiles, ids)
    await addFollows(tx, follows, ids)
    await addReactions(tx, town, { ids, published })
    await addPrivateMessages(tx, ids, now)
    await readNotifications(tx, ids, now)
  })
  const kept = posts.filter(({ isDeleted }) => !isDeleted)
  return { people: people.length, posts: kept.length, follows: follows.length }
}

/** Existing people (with --force) are left unchanged. */
async function addPeople(tx: Writer, people: Community['people'], passwordHash: string): Promise<Ids> {
  const rows = people.map(person => ({
    ...person,
    language: isLanguage(person.language) ? person.language : null,
    usernameKey: foldName(person.username),
    emailKey: foldName(person.email),
    passwordHash,
    emailConfirmedAt: person.createdAt,
    lastSeenAt: person.createdAt,
  }))
  await tx.insert(users).values(rows).onConflictDoNothing()
  const keys = rows.map(({ usernameKey }) => usernameKey)
  const present = await tx
    .select({
      id: users.id,
      key: users.usernameKey,
      username: users.username,
      displayName: users.displayName,
    })
    .from(users)
    .where(inArray(users.usernameKey, keys))
  await indexPeople(tx, present)
  return new Map(present.map(({ id, key }) => [key, id]))
}

/** People who have a picture already, because they were here before, keep theirs. */
async function addProfilePictures(tx: Writer, drawn: Drawn['profiles'], ids: Ids): Promise<void> {
  for (const [username, made] of drawn)
    for (const purpose of ['avatar', 'banner'] as const) {
      const [userId, image] = [ids.get(foldName(username)), made[purpose]]
      if (!userId || !image) continue
      const isBare = and(eq(users.id, userId), isNull(users[purpose]))
      const changed = await tx
        .update(users)
        .set({ [purpose]: image.key })
        .where(isBare)
        .returning({ id: users.id })
      if (changed.length > 0) await addImage(tx, { ...image, userId, purpose })
    }
}

/** Returns the ids of the posts by their keys. */
async function addPosts(
  tx: Writer,
  written: Community['posts'],
  { ids, drawn }: { ids: Ids; drawn: Drawn | undefined },
): Promise<Ids> {
  const seen = new Map<number, Date>()
  const published: Ids = new Map()
  const deleted: { id: number; userId: number }[] = []
  for (const post of written) {
    const userId = ids.get(foldName(post.author))
    if (!userId) continue
    const images = drawn?.pictures.get(post.key) ?? []
    for (const image of images) await addImage(tx, { ...image, userId, purpose: 'post' })
    const id = await addPost(tx, post, { userId, published, images })
    if (post.isDeleted) deleted.push({ id, userId })
    published.set(post.key, id)
    seen.set(userId, post.createdAt)
  }
  for (const post of deleted) await deletePost(tx, post)
  for (const [id, lastSeenAt] of seen) await tx.update(users).set({ lastSeenAt }).where(eq(users.id, id))
  return published
}

/** Publishes a post as it was first, and edits it into what it is. */
async function addPost(
  tx: Writer,
  { answers, quotes, body, earlier, createdAt, editedAt, isPinned, ...post }: Community['posts'][number],
  { userId, published, images }: { userId: number; published: Ids; images: SentImage[] },
): Promise<number> {
  const find = (key: string | null) => (key ? findPost(tx, published.get(key) ?? 0, null) : undefined)
  const [parent, quoted] = [await find(answers), await find(quotes)]
  const { language, repliesFrom, contentWarning } = post
  const options = { userId, language, repliesFrom, contentWarning }
  const [first, ...later] = [...earlier, body]
  const shown = { ...(parent && { parent }), ...(quoted && { quoted }) }
  const draft = { ...options, ...shown, images, body: first, submission: null }
  const id = await publishPost(tx, draft, createdAt)
  const until = (editedAt ?? createdAt).getTime()
  const step = (until - createdAt.getTime()) / Math.max(1, later.length)
  for (const [index, text] of later.entries())
    await editPost(tx, { ...options, id, body: text }, new Date(until - (later.length - 1 - index) * step))
  if (isPinned) await pin(tx, { id, userId }, editedAt ?? createdAt)
  return id
}

async function addFollows(tx: Writer, links: Community['follows'], ids: Ids): Promise<void> {
  const rows = links.flatMap(({ follower, followed, createdAt }) => {
    const [followerId, followedId] = [ids.get(foldName(follower)), ids.get(foldName(followed))]
    return followerId && followedId ? [{ followerId, followedId, createdAt }] : []
  })
  await tx.insert(follows).values(rows).onConflictDoNothing()
}

/** Oldest first. Before each message its sender has read the conversation; the last messages stay unread. */
async function addPrivateMessages(tx: Writer, ids: Ids, now: Date): Promise<void> {
  for (const { minutesAgo, from, to, language, body } of privateMessages) {
    const [senderId, recipientId] = [ids.get(foldName(from)), ids.get(foldName(to))]
    if (!senderId || !recipientId) continue
    const timestamp = new Date(now.getTime() - minutesAgo * 60_000)
    const { conversationId } = (await findCorrespondent(tx, { viewer: senderId, username: to })) ?? {}
    const until = { id: 0, createdAt: timestamp }
    if (conversationId) await markMessagesRead(tx, { userId: senderId, conversationId, until }, timestamp)
    await sendMessage(tx, { senderId, to, body, language, submission: null }, timestamp)
  }
}

type Found = { ids: Ids; published: Ids }

/** Authors are told of the newest like and repost of each post: what stays when they are told of all, in fewer statements. */
async function addReactions(tx: Writer, town: Community, found: Found): Promise<void> {
  for (const [of, kind] of [
    ['likes', 'like'],
    ['reposts', 'repost'],
  ] as const) {
    const rows = rowsOf(town[of], found)
    await addEachCounted(tx, of, rows)
    const newest = new Map(rows.map(row => [row.postId, row]))
    const { id, userId } = posts
    const authors = await tx
      .select({ id, userId })
      .from(posts)
      .where(inArray(id, [...newest.keys()]))
    for (const { id: about, userId } of authors) {
      const { userId: actorId, createdAt: at } = newest.get(about) ?? { userId, createdAt: new Date() }
      await notify(tx, { userId, kind, about, actorId, at })
    }
  }
  await tx.insert(bookmarks).values(rowsOf(town.bookmarks, found)).onConflictDoNothing()
}

function rowsOf(reactions: Community['likes'], { ids, published }: Found) {
  return reactions.flatMap(({ username, key, createdAt }) => {
    const [userId, postId] = [ids.get(foldName(username)), published.get(key)]
    return userId && postId ? [{ userId, postId, createdAt }] : []
  })
}

/** Everyone has seen what happened until some hours ago. */
async function readNotifications(tx: Writer, ids: Ids, now: Date): Promise<void> {
  const until = new Date(now.getTime() - 3 * 3_600_000)
  for (const userId of ids.values()) await markAllRead(tx, { userId, until }, until)
}
