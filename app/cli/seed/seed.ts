import type { Database, Writer } from '../../database/database.ts'
import { follows, users } from '../../database/schema.ts'
import { eq, inArray } from '../../database/sql.ts'
import { isLanguage } from '../../locales/translate.ts'
import { findCorrespondent } from '../../messages/correspondent-queries.ts'
import { markMessagesRead } from '../../messages/queries.ts'
import { sendMessage } from '../../messages/sending-queries.ts'
import { deletePost, editPost, findPost, publishPost } from '../../posts/queries.ts'
import { indexPeople } from '../../search-index/indexing.ts'
import { hashPassword } from '../../security/passwords.ts'
import { foldName } from '../../text/normalize.ts'
import { type Community, community } from './community.ts'
import privateMessages from './private-messages.json' with { type: 'json' }

type Ids = Map<string, number>

/** Adds the community in one transaction, through the queries that the site uses; returns how much was added. */
export async function seedCommunity(db: Database, { password, now }: { password: string; now: Date }) {
  const { people, posts, follows } = community(now)
  const passwordHash = await hashPassword(password)
  await db.transaction(async tx => {
    const ids = await addPeople(tx, people, passwordHash)
    await addPosts(tx, posts, ids)
    await addFollows(tx, follows, ids)
    await addPrivateMessages(tx, ids, now)
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

async function addPosts(tx: Writer, posts: Community['posts'], ids: Ids): Promise<void> {
  const seen = new Map<number, Date>()
  const published = new Map<string, number>()
  const deleted: { id: number; userId: number }[] = []
  for (const { key, answers, author, body, language, createdAt, editedAt, isDeleted } of posts) {
    const userId = ids.get(foldName(author))
    if (!userId) continue
    const parent = answers ? await findPost(tx, published.get(answers) ?? 0, null) : undefined
    const draft = { userId, language, submission: null, ...(parent && { parent }) }
    const id = await publishPost(tx, { ...draft, body: editedAt ? `${body} ` : body }, createdAt)
    if (editedAt) await editPost(tx, { id, userId, body, language }, editedAt)
    if (isDeleted) deleted.push({ id, userId })
    published.set(key, id)
    seen.set(userId, createdAt)
  }
  for (const post of deleted) await deletePost(tx, post)
  for (const [id, lastSeenAt] of seen) await tx.update(users).set({ lastSeenAt }).where(eq(users.id, id))
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
