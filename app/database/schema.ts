/** Every table and relation, once, for both engines: the domain on one page. */
import { defineRelations } from 'drizzle-orm'
import type { Entity } from '../posts/text.ts'
import {
  check,
  flag,
  id,
  index,
  json,
  primaryKey,
  reference,
  table,
  text,
  time,
  uniqueIndex,
} from './columns.ts'
import { lengthBetween, sql } from './sql.ts'

export const users = table(
  'users',
  {
    id: id(),
    /** As typed at sign-up. */
    username: text().notNull(),
    /** Folded by foldName(): unique whatever the case, the same on both engines. */
    usernameKey: text('username_key').notNull(),
    displayName: text('display_name').notNull(),
    email: text().notNull(),
    emailKey: text('email_key').notNull(),
    /** argon2id as a PHC string. */
    passwordHash: text('password_hash').notNull(),
    about: text().notNull().default(''),
    /** Null: what the browser asks for. */
    language: text(),
    theme: text().notNull().default('auto'),
    lastSeenAt: time('last_seen_at').notNull(),
    createdAt: time('created_at').notNull(),
  },
  users => [
    uniqueIndex('users_username_key_unique').on(users.usernameKey),
    uniqueIndex('users_email_key_unique').on(users.emailKey),
    index('users_last_seen_at_index').on(users.lastSeenAt, users.id),
    check('users_username_length', lengthBetween(users.username, 1, 64)),
    check('users_display_name_length', lengthBetween(users.displayName, 1, 64)),
    check('users_email_length', lengthBetween(users.email, 3, 120)),
    check('users_about_length', lengthBetween(users.about, 0, 140)),
    check('users_theme_known', sql`${users.theme} in ('auto', 'light', 'dark')`),
  ],
)

export const sessions = table(
  'sessions',
  {
    id: id(),
    /** SHA-256 of the cookie's token: who reads this table cannot sign in with it. */
    tokenHash: text('token_hash').notNull(),
    userId: reference('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: time('created_at').notNull(),
    lastUsedAt: time('last_used_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    /** "Keep me signed in": the cookie outlives the browser. */
    persistent: flag().notNull(),
    userAgent: text('user_agent').notNull(),
    /** The device in a word or two, made from the user agent. */
    label: text().notNull(),
  },
  sessions => [
    uniqueIndex('sessions_token_hash_unique').on(sessions.tokenHash),
    index('sessions_user_id_index').on(sessions.userId, sessions.lastUsedAt),
    index('sessions_expires_at_index').on(sessions.expiresAt),
    check('sessions_user_agent_length', lengthBetween(sessions.userAgent, 0, 400)),
    check('sessions_label_length', lengthBetween(sessions.label, 0, 100)),
  ],
)

export const posts = table(
  'posts',
  {
    id: id(),
    userId: reference('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    body: text().notNull(),
    /** The links, mentions and hashtags in the body, found when it was written. */
    entities: json().$type<Entity[]>().notNull(),
    /** BCP 47; null when nobody can tell. */
    language: text(),
    /** Digest of the form that sent it, so that sending it twice publishes once. */
    submission: text(),
    createdAt: time('created_at').notNull(),
    editedAt: time('edited_at'),
  },
  posts => [
    // No index on user_id alone: SQLite's planner would prefer it and sort every post of everybody followed.
    index('posts_created_at_index').on(posts.createdAt, posts.id),
    index('posts_user_id_created_at_index').on(posts.userId, posts.createdAt, posts.id),
    uniqueIndex('posts_submission_unique').on(posts.submission),
    check('posts_body_length', lengthBetween(posts.body, 1, 4000)),
  ],
)

export const follows = table(
  'follows',
  {
    followerId: reference('follower_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    followedId: reference('followed_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: time('created_at').notNull(),
  },
  follows => [
    primaryKey({ name: 'follows_pk', columns: [follows.followerId, follows.followedId] }),
    index('follows_follower_id_created_at_index').on(
      follows.followerId,
      follows.createdAt,
      follows.followedId,
    ),
    index('follows_followed_id_created_at_index').on(
      follows.followedId,
      follows.createdAt,
      follows.followerId,
    ),
    check('follows_not_oneself', sql`${follows.followerId} <> ${follows.followedId}`),
  ],
)

export const mentions = table(
  'mentions',
  {
    postId: reference('post_id')
      .notNull()
      .references(() => posts.id, { onDelete: 'cascade' }),
    userId: reference('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
  },
  mentions => [
    primaryKey({ name: 'mentions_pk', columns: [mentions.postId, mentions.userId] }),
    index('mentions_user_id_index').on(mentions.userId, mentions.postId),
  ],
)

export const hashtags = table(
  'hashtags',
  {
    /** Folded by foldTag(). */
    tag: text().notNull(),
    postId: reference('post_id')
      .notNull()
      .references(() => posts.id, { onDelete: 'cascade' }),
    /** The post's own moment, repeated here so that a tag's page is one walk along one index. */
    createdAt: time('created_at').notNull(),
  },
  hashtags => [
    primaryKey({ name: 'hashtags_pk', columns: [hashtags.postId, hashtags.tag] }),
    index('hashtags_tag_created_at_index').on(hashtags.tag, hashtags.createdAt, hashtags.postId),
    index('hashtags_created_at_index').on(hashtags.createdAt, hashtags.tag),
    check('hashtags_tag_length', lengthBetween(hashtags.tag, 1, 100)),
  ],
)

/** Links with which somebody who forgot a password sets another one, once. */
export const passwordResets = table(
  'password_resets',
  {
    id: id(),
    /** SHA-256 of the token in the link. */
    tokenHash: text('token_hash').notNull(),
    userId: reference('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: time('created_at').notNull(),
    expiresAt: time('expires_at').notNull(),
  },
  resets => [
    uniqueIndex('password_resets_token_hash_unique').on(resets.tokenHash),
    index('password_resets_user_id_index').on(resets.userId),
  ],
)

const tables = { users, sessions, posts, follows, mentions, hashtags, passwordResets }

export const relations = defineRelations(tables, r => ({
  users: {
    posts: r.many.posts({ from: r.users.id, to: r.posts.userId }),
    sessions: r.many.sessions({ from: r.users.id, to: r.sessions.userId }),
    followers: r.many.users({
      from: r.users.id.through(r.follows.followedId),
      to: r.users.id.through(r.follows.followerId),
    }),
    following: r.many.users({
      from: r.users.id.through(r.follows.followerId),
      to: r.users.id.through(r.follows.followedId),
    }),
  },
  sessions: { user: r.one.users({ from: r.sessions.userId, to: r.users.id, optional: false }) },
  posts: {
    author: r.one.users({ from: r.posts.userId, to: r.users.id, optional: false }),
    mentioned: r.many.users({
      from: r.posts.id.through(r.mentions.postId),
      to: r.users.id.through(r.mentions.userId),
    }),
    hashtags: r.many.hashtags({ from: r.posts.id, to: r.hashtags.postId }),
  },
}))
