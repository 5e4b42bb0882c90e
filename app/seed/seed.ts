import { foldName } from '../accounts/names.ts'
import { hashPassword } from '../accounts/password.ts'
import type { Database, Writer } from '../database/database.ts'
import { follows, users } from '../database/schema.ts'
import { inArray } from '../database/sql.ts'
import { isLanguage } from '../locales/words.ts'
import { editPost, publishPost } from '../posts/queries.ts'
import { type Community, community } from './community.ts'

type Ids = Map<string, number>

/** Adds the community in one transaction, the way its people would have; returns how much there is of it. */
export async function seedCommunity(db: Database, { password, now }: { password: string; now: Date }) {
  const { people, posts, follows } = community(now)
  const passwordHash = await hashPassword(password)
  await db.transaction(async tx => {
    const ids = await addPeople(tx, people, passwordHash)
    await addPosts(tx, posts, ids)
    await addFollows(tx, follows, ids)
  })
  return { people: people.length, posts: posts.length, follows: follows.length }
}

/** People who are there already (under --force) are left as they are. */
async function addPeople(tx: Writer, people: Community['people'], passwordHash: string): Promise<Ids> {
  const rows = people.map(person => ({
    ...person,
    language: isLanguage(person.language) ? person.language : null,
    usernameKey: foldName(person.username),
    emailKey: foldName(person.email),
    passwordHash,
    lastSeenAt: person.createdAt,
  }))
  await tx.insert(users).values(rows).onConflictDoNothing()
  const keys = rows.map(({ usernameKey }) => usernameKey)
  const present = await tx
    .select({ id: users.id, key: users.usernameKey })
    .from(users)
    .where(inArray(users.usernameKey, keys))
  return new Map(present.map(({ id, key }) => [key, id]))
}

async function addPosts(tx: Writer, posts: Community['posts'], ids: Ids): Promise<void> {
  const seen = new Map<number, Date>()
  for (const { author, body, language, createdAt, editedAt } of posts) {
    const userId = ids.get(foldName(author))
    if (!userId) continue
    const draft = { userId, language, submission: null }
    const id = await publishPost(tx, { ...draft, body: editedAt ? `${body} ` : body }, createdAt)
    if (editedAt) await editPost(tx, { id, userId, body, language }, editedAt)
    seen.set(userId, createdAt)
  }
  for (const [id, lastSeenAt] of seen)
    await tx
      .update(users)
      .set({ lastSeenAt })
      .where(inArray(users.id, [id]))
}

async function addFollows(tx: Writer, links: Community['follows'], ids: Ids): Promise<void> {
  const rows = links.flatMap(({ follower, followed, createdAt }) => {
    const [followerId, followedId] = [ids.get(foldName(follower)), ids.get(foldName(followed))]
    return followerId && followedId ? [{ followerId, followedId, createdAt }] : []
  })
  await tx.insert(follows).values(rows).onConflictDoNothing()
}
