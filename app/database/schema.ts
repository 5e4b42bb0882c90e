/** Every table and relation, once, for both engines: the domain on one page. */
import { defineRelations } from 'drizzle-orm'
import type { Entity } from '../text/entities.ts'
import {
  bytes,
  check,
  flag,
  id,
  index,
  integer,
  json,
  primaryKey,
  reference,
  table,
  text,
  time,
  uniqueIndex,
} from './columns.ts'
import { lengthBetween, sql } from './sql.ts'

/**
 * The fewest and the most characters (code points) of what people write: the checks of the tables hold them, and
 * forms, the API and imports ask for the same.
 */
export const lengths = {
  username: [1, 64],
  displayName: [1, 64],
  email: [3, 120],
  about: [0, 140],
  /** A post of pictures has no words. */
  body: [0, 4000],
  contentWarning: [1, 100],
  alt: [0, 1000],
} as const

/** Who may reply to a post, besides its author: `following` are the people whom the author follows. */
export const replyAudiences = ['everyone', 'following', 'mentioned', 'nobody'] as const
export type ReplyAudience = (typeof replyAudiences)[number]
/** Who may quote a post, and whose notifications a person wants. */
export const audiences = ['everyone', 'following', 'nobody'] as const
export type Audience = (typeof audiences)[number]
/** Who may write to a person. */
export const messageAudiences = ['everyone', 'following'] as const
/** What an image is for: in a post, or the picture or banner of a profile. */
export const imagePurposes = ['post', 'avatar', 'banner'] as const
export type ImagePurpose = (typeof imagePurposes)[number]
/** A stored file of an image: `sha256` in hex, `bytes` its size. It is WebP, and named after its width. */
export type ImageFile = { width: number; height: number; bytes: number; sha256: string }
/** Which replies of the people one follows Home shows. */
export const homeReplyChoices = ['none', 'following', 'all'] as const
export type HomeReplies = (typeof homeReplyChoices)[number]

const now = () => new Date()

/** When the row was written, unless it says otherwise. */
function createdAt() {
  return time('created_at').notNull().$defaultFn(now)
}

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
    /** When the link in a mail proved that the address is theirs. */
    emailConfirmedAt: time('email_confirmed_at'),
    /** argon2id as a PHC string. */
    passwordHash: text('password_hash').notNull(),
    about: text().notNull().default(''),
    /** Null: what the browser asks for. */
    language: text(),
    /** IANA name; null: what the browser says. */
    timeZone: text('time_zone'),
    theme: text().notNull().default('auto'),
    /** Who may write to them: everyone, or only the people whom they follow. */
    messagesFrom: text('messages_from').notNull().default('everyone'),
    /** Who may quote what they write from now on: each post has its own. */
    quotesFrom: text('quotes_from').$type<Audience>().notNull().default('everyone'),
    /** Whose notifications they want, by kind; a kind that is missing, or null: from everyone. */
    notificationsFrom: json('notifications_from').$type<Record<string, Audience>>(),
    /** Which replies of the people they follow Home shows. */
    homeReplies: text('home_replies').$type<HomeReplies>().notNull().default('following'),
    homeReposts: flag('home_reposts').notNull().default(true),
    keyboardShortcuts: flag('keyboard_shortcuts').notNull().default(true),
    /** Whether they are reminded of pictures without a description. */
    altReminder: flag('alt_reminder').notNull().default(true),
    /** The keys of the images that are their picture and banner; null: the generated mark, no banner. */
    avatar: text(),
    banner: text(),
    /** When the account was closed; a job deletes everything it had. */
    closedAt: time('closed_at'),
    lastSeenAt: time('last_seen_at').notNull().$defaultFn(now),
    /** Whether others see it. */
    lastSeenShown: flag('last_seen_shown').notNull().default(false),
    createdAt: createdAt(),
  },
  users => [
    uniqueIndex('users_username_key_unique').on(users.usernameKey),
    uniqueIndex('users_email_key_unique').on(users.emailKey),
    index('users_last_seen_at_index').on(users.lastSeenAt, users.id),
    /** For lists that leave out closed accounts; almost empty, because a job deletes them. */
    index('users_closed_index').on(users.id).where(sql`${users.closedAt} is not null`),
    check('users_username_length', lengthBetween(users.username, ...lengths.username)),
    check('users_display_name_length', lengthBetween(users.displayName, ...lengths.displayName)),
    check('users_email_length', lengthBetween(users.email, ...lengths.email)),
    check('users_about_length', lengthBetween(users.about, ...lengths.about)),
    check('users_theme_known', sql`${users.theme} in ('auto', 'light', 'dark')`),
    check('users_messages_from_known', sql`${users.messagesFrom} in ('everyone', 'following')`),
    check('users_quotes_from_known', sql`${users.quotesFrom} in ('everyone', 'following', 'nobody')`),
    check('users_home_replies_known', sql`${users.homeReplies} in ('none', 'following', 'all')`),
  ],
)

/** A person whom the row needs: it is deleted with their account. */
function deletedWithUser(name: string) {
  return reference(name)
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' })
}

export const sessions = table(
  'sessions',
  {
    id: id(),
    /** SHA-256 of the cookie's token: reading this table does not let anyone sign in. */
    tokenHash: text('token_hash').notNull(),
    userId: deletedWithUser('user_id'),
    createdAt: createdAt(),
    lastUsedAt: time('last_used_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    /** When the person last typed their password in it; null if they came by a link. */
    confirmedAt: time('confirmed_at'),
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
    userId: deletedWithUser('user_id'),
    body: text().notNull(),
    /** The links, mentions and hashtags in the body, found when it was written. */
    entities: json().$type<Entity[]>().notNull(),
    /** BCP 47; null if it could not be guessed. */
    language: text(),
    /** Digest of the form that sent it, so that sending it twice publishes once. */
    submission: text(),
    /** The post that it answers; null: it is no reply. No foreign key, because a deleted post leaves a gap in its thread. */
    parentId: reference('parent_id'),
    /** The first post of the thread. */
    rootId: reference('root_id'),
    /**
     * Whom it answers: the author of the parent, or whom the parent answers where an author continues their own post. Null:
     * it is no reply, or a reply to oneself. 0: that account is deleted.
     */
    answeredId: reference('answered_id'),
    /** Who may reply to it, besides its author. */
    repliesFrom: text('replies_from').$type<ReplyAudience>().notNull().default('everyone'),
    /** Who may quote it, besides its author. */
    quotesFrom: text('quotes_from').$type<Audience>().notNull().default('everyone'),
    /** The post that it shows as a card. No foreign key, because the card says when that was deleted. */
    quotedId: reference('quoted_id'),
    /** The author of the quoted post does not want to be shown in it. */
    quoteDetached: flag('quote_detached').notNull().default(false),
    /** The line behind which its words are folded. */
    contentWarning: text('content_warning'),
    /** Null: it is not pinned to its author's profile. */
    pinnedAt: time('pinned_at'),
    /** The rows of likes and reposts, counted where they are written: a page of posts shows them without reading these. */
    likeCount: integer('like_count').notNull().default(0),
    repostCount: integer('repost_count').notNull().default(0),
    /** The rows of images that belong to it: a page of posts without any does not ask for them. */
    imageCount: integer('image_count').notNull().default(0),
    createdAt: createdAt(),
    editedAt: time('edited_at'),
  },
  posts => [
    // No index on user_id alone: SQLite's planner would prefer it and sort every post of every followed account.
    index('posts_created_at_index').on(posts.createdAt, posts.id),
    index('posts_user_id_created_at_index').on(posts.userId, posts.createdAt, posts.id),
    /** Without replies to others: Explore, Home and profiles walk these, however many replies a person writes. */
    index('posts_unasked_created_at_index')
      .on(posts.createdAt, posts.id, posts.userId)
      .where(sql`${posts.answeredId} is null`),
    index('posts_unasked_user_id_index')
      .on(posts.userId, posts.createdAt, posts.id)
      .where(sql`${posts.answeredId} is null`),
    index('posts_answers_user_id_index')
      .on(posts.userId, posts.createdAt, posts.id, posts.answeredId)
      .where(sql`${posts.answeredId} is not null`),
    /** Replies to others, for the Home of a person who follows many. */
    index('posts_answers_created_at_index')
      .on(posts.createdAt, posts.id, posts.userId, posts.answeredId)
      .where(sql`${posts.answeredId} is not null`),
    /** For the deletion of an account. */
    index('posts_answered_id_index').on(posts.answeredId).where(sql`${posts.answeredId} is not null`),
    index('posts_parent_id_index')
      .on(posts.parentId, posts.createdAt, posts.id, posts.userId)
      .where(sql`${posts.parentId} is not null`),
    /** The newest of a thread, for its feed and for those who take part in it. */
    index('posts_root_id_index')
      .on(posts.rootId, posts.createdAt, posts.id, posts.userId)
      .where(sql`${posts.rootId} is not null`),
    index('posts_quoted_id_index')
      .on(posts.quotedId, posts.createdAt, posts.id, posts.userId)
      .where(sql`${posts.quotedId} is not null`),
    index('posts_pinned_index')
      .on(posts.userId, posts.pinnedAt, posts.id)
      .where(sql`${posts.pinnedAt} is not null`),
    uniqueIndex('posts_submission_unique').on(posts.submission),
    check('posts_body_length', lengthBetween(posts.body, ...lengths.body)),
    check('posts_content_warning_length', lengthBetween(posts.contentWarning, ...lengths.contentWarning)),
    check(
      'posts_replies_from_known',
      sql`${posts.repliesFrom} in ('everyone', 'following', 'mentioned', 'nobody')`,
    ),
    check('posts_quotes_from_known', sql`${posts.quotesFrom} in ('everyone', 'following', 'nobody')`),
    check(
      'posts_counts_whole',
      sql`${posts.likeCount} >= 0 and ${posts.repostCount} >= 0 and ${posts.imageCount} >= 0`,
    ),
  ],
)

/** A post that the row needs: it is deleted with it. */
function deletedWithPost(name: string) {
  return reference(name)
    .notNull()
    .references(() => posts.id, { onDelete: 'cascade' })
}

/** The place of a deleted post that has replies: nothing of the post itself. */
export const threadGaps = table(
  'thread_gaps',
  {
    /** The id that the post had. */
    postId: reference('post_id').primaryKey(),
    parentId: reference('parent_id'),
    rootId: reference('root_id'),
    /** When the post was written. */
    createdAt: time('created_at').notNull(),
  },
  gaps => [index('thread_gaps_parent_id_index').on(gaps.parentId, gaps.createdAt, gaps.postId)],
)

export const likes = table(
  'likes',
  {
    postId: deletedWithPost('post_id'),
    userId: deletedWithUser('user_id'),
    createdAt: createdAt(),
  },
  likes => [
    primaryKey({ name: 'likes_pk', columns: [likes.postId, likes.userId] }),
    index('likes_post_id_created_at_index').on(likes.postId, likes.createdAt, likes.userId),
    index('likes_user_id_created_at_index').on(likes.userId, likes.createdAt, likes.postId),
  ],
)

/** A post passed on to one's followers: in lists it stands beside posts, at its own time. */
export const reposts = table(
  'reposts',
  {
    id: id(),
    postId: deletedWithPost('post_id'),
    userId: deletedWithUser('user_id'),
    createdAt: createdAt(),
  },
  reposts => [
    uniqueIndex('reposts_post_id_user_id_unique').on(reposts.postId, reposts.userId),
    index('reposts_post_id_created_at_index').on(reposts.postId, reposts.createdAt, reposts.userId),
    /** Lists show a repost once a post and a time, so its place is that of the post. */
    index('reposts_user_id_created_at_index').on(reposts.userId, reposts.createdAt, reposts.postId),
    index('reposts_created_at_index').on(reposts.createdAt, reposts.postId, reposts.userId),
  ],
)

/** Posts that a person keeps for themselves. */
export const bookmarks = table(
  'bookmarks',
  {
    userId: deletedWithUser('user_id'),
    postId: deletedWithPost('post_id'),
    createdAt: createdAt(),
  },
  bookmarks => [
    primaryKey({ name: 'bookmarks_pk', columns: [bookmarks.userId, bookmarks.postId] }),
    index('bookmarks_user_id_created_at_index').on(bookmarks.userId, bookmarks.createdAt, bookmarks.postId),
    index('bookmarks_post_id_index').on(bookmarks.postId),
  ],
)

/**
 * Pictures, made of what people uploaded. The files are in the storage, at `<key>/<width>.webp`. A row that loses its
 * person or its post stays until its files are deleted, too.
 */
export const images = table(
  'images',
  {
    id: id(),
    /** Random, so that no address can be guessed. */
    key: text().notNull(),
    userId: reference('user_id').references(() => users.id, { onDelete: 'set null' }),
    purpose: text().$type<ImagePurpose>().notNull(),
    /** Null: it is uploaded and not yet published, or no post's. */
    postId: reference('post_id').references(() => posts.id, { onDelete: 'set null' }),
    /** 1 for the first of its post. */
    position: integer().notNull().default(1),
    /** The description, for people who do not see it. */
    alt: text().notNull().default(''),
    /** Of the largest file, in pixels. */
    width: integer().notNull(),
    height: integer().notNull(),
    animated: flag().notNull().default(false),
    /** A tiny WebP in base64, shown until a file has arrived; empty for what can be seen through. */
    placeholder: text().notNull(),
    /** Narrowest first; the first of an animation stands still, and the second moves. */
    files: json().$type<ImageFile[]>().notNull(),
    createdAt: createdAt(),
  },
  images => [
    uniqueIndex('images_key_unique').on(images.key),
    index('images_post_id_index').on(images.postId, images.position, images.id),
    index('images_user_id_index').on(images.userId, images.purpose, images.id),
    /** For the job that deletes what was never published. */
    index('images_unpublished_index').on(images.createdAt, images.id).where(sql`${images.postId} is null`),
    check('images_purpose_known', sql`${images.purpose} in ('post', 'avatar', 'banner')`),
    check('images_alt_length', lengthBetween(images.alt, ...lengths.alt)),
    check('images_size_positive', sql`${images.width} > 0 and ${images.height} > 0`),
  ],
)

/** What an edited post said before. */
export const postVersions = table(
  'post_versions',
  {
    id: id(),
    postId: deletedWithPost('post_id'),
    body: text().notNull(),
    entities: json().$type<Entity[]>().notNull(),
    language: text(),
    contentWarning: text('content_warning'),
    /** When this version was written. */
    createdAt: time('created_at').notNull(),
  },
  versions => [
    index('post_versions_post_id_created_at_index').on(versions.postId, versions.createdAt, versions.id),
    check('post_versions_body_length', lengthBetween(versions.body, ...lengths.body)),
  ],
)

/** Threads of which a person wants no notifications. */
export const threadMutes = table(
  'thread_mutes',
  {
    userId: deletedWithUser('user_id'),
    /** The first post of the thread, or its gap. */
    rootId: reference('root_id').notNull(),
    createdAt: createdAt(),
  },
  mutes => [
    primaryKey({ name: 'thread_mutes_pk', columns: [mutes.userId, mutes.rootId] }),
    index('thread_mutes_root_id_index').on(mutes.rootId),
  ],
)

export const follows = table(
  'follows',
  {
    followerId: deletedWithUser('follower_id'),
    followedId: deletedWithUser('followed_id'),
    /** Whether Home shows what the followed person passes on. */
    repostsShown: flag('reposts_shown').notNull().default(true),
    createdAt: createdAt(),
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
    postId: deletedWithPost('post_id'),
    userId: deletedWithUser('user_id'),
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
    postId: deletedWithPost('post_id'),
    /** The post's own timestamp, repeated so that a tag's page is one walk along one index. */
    createdAt: time('created_at').notNull(),
  },
  hashtags => [
    primaryKey({ name: 'hashtags_pk', columns: [hashtags.postId, hashtags.tag] }),
    index('hashtags_tag_created_at_index').on(hashtags.tag, hashtags.createdAt, hashtags.postId),
    index('hashtags_created_at_index').on(hashtags.createdAt, hashtags.tag),
    check('hashtags_tag_length', lengthBetween(hashtags.tag, 1, 100)),
  ],
)

/** Links for choosing a new password; each works once. */
export const passwordResets = table(
  'password_resets',
  {
    id: id(),
    /** SHA-256 of the token in the link. */
    tokenHash: text('token_hash').notNull(),
    userId: deletedWithUser('user_id'),
    createdAt: createdAt(),
    expiresAt: time('expires_at').notNull(),
  },
  resets => [
    uniqueIndex('password_resets_token_hash_unique').on(resets.tokenHash),
    index('password_resets_user_id_index').on(resets.userId),
  ],
)

/** Usernames that people had before: they still lead to their owner and stay reserved. */
export const formerUsernames = table(
  'former_usernames',
  {
    usernameKey: text('username_key').primaryKey(),
    userId: deletedWithUser('user_id'),
    createdAt: createdAt(),
  },
  names => [index('former_usernames_user_id_index').on(names.userId)],
)

/** Names that rest after their account was deleted, as digests: nothing of a deleted account is left to read. */
export const retiredUsernames = table(
  'retired_usernames',
  { usernameDigest: text('username_digest').primaryKey(), freeAt: time('free_at').notNull() },
  names => [index('retired_usernames_free_at_index').on(names.freeAt)],
)

/** Links with which a changed email address or password is undone by the owner of the earlier address. */
export const accountRecoveries = table(
  'account_recoveries',
  {
    id: id(),
    /** SHA-256 of the token in the link. */
    tokenHash: text('token_hash').notNull(),
    userId: deletedWithUser('user_id'),
    /** The address to go back to. */
    email: text().notNull(),
    /** When the change was made. */
    createdAt: createdAt(),
    expiresAt: time('expires_at').notNull(),
  },
  recoveries => [
    uniqueIndex('account_recoveries_token_hash_unique').on(recoveries.tokenHash),
    index('account_recoveries_user_id_index').on(recoveries.userId),
    index('account_recoveries_expires_at_index').on(recoveries.expiresAt),
    check('account_recoveries_email_length', lengthBetween(recoveries.email, ...lengths.email)),
  ],
)

/** Links that sign in once, for a person whose account is under attack. */
export const signInLinks = table(
  'sign_in_links',
  {
    id: id(),
    /** SHA-256 of the token in the link. */
    tokenHash: text('token_hash').notNull(),
    userId: deletedWithUser('user_id'),
    createdAt: createdAt(),
    expiresAt: time('expires_at').notNull(),
  },
  links => [
    uniqueIndex('sign_in_links_token_hash_unique').on(links.tokenHash),
    index('sign_in_links_user_id_index').on(links.userId),
    index('sign_in_links_expires_at_index').on(links.expiresAt),
  ],
)

/** Links that confirm an email address: of a new account, or the one it is being changed to. */
export const emailConfirmations = table(
  'email_confirmations',
  {
    id: id(),
    /** SHA-256 of the token in the link. */
    tokenHash: text('token_hash').notNull(),
    userId: deletedWithUser('user_id'),
    email: text().notNull(),
    createdAt: createdAt(),
    expiresAt: time('expires_at').notNull(),
  },
  confirmations => [
    uniqueIndex('email_confirmations_token_hash_unique').on(confirmations.tokenHash),
    index('email_confirmations_user_id_index').on(confirmations.userId),
    check('email_confirmations_email_length', lengthBetween(confirmations.email, ...lengths.email)),
  ],
)

/** Browsers that have signed in before: an attack on the account does not lock these out. */
export const knownDevices = table(
  'known_devices',
  {
    id: id(),
    /** SHA-256 of the cookie's token. */
    tokenHash: text('token_hash').notNull(),
    userId: deletedWithUser('user_id'),
    lastUsedAt: time('last_used_at').notNull(),
  },
  devices => [
    uniqueIndex('known_devices_token_hash_user_id_unique').on(devices.tokenHash, devices.userId),
    index('known_devices_user_id_index').on(devices.userId, devices.lastUsedAt),
    index('known_devices_last_used_at_index').on(devices.lastUsedAt),
  ],
)

/** Forms that were sent without a session, until their sender has signed in: sessions/interrupted-forms.ts. */
export const interruptedForms = table(
  'interrupted_forms',
  {
    /** SHA-256 of the cookie's token. */
    tokenHash: text('token_hash').primaryKey(),
    /** The path that the form was sent to. */
    path: text().notNull(),
    fields: json().$type<Record<string, string>>().notNull(),
    createdAt: createdAt(),
  },
  forms => [
    index('interrupted_forms_created_at_index').on(forms.createdAt),
    check('interrupted_forms_path_length', lengthBetween(forms.path, 1, 200)),
  ],
)

/** One row for each key that was locked lately; only PostgreSQL needs them (database/lock.ts). */
export const locks = table(
  'locks',
  { key: text().primaryKey(), lockedAt: time('locked_at').notNull() },
  locks => [index('locks_locked_at_index').on(locks.lockedAt)],
)

/** How much of a rate limit is used up: a timestamp that each use moves further into the future. */
export const rateLimits = table(
  'rate_limits',
  {
    key: text().primaryKey(),
    /** When the limit is unused again (GCRA's theoretical arrival time). */
    freeAt: time('free_at').notNull(),
  },
  limits => [index('rate_limits_free_at_index').on(limits.freeAt)],
)

export const blocks = table(
  'blocks',
  {
    blockerId: deletedWithUser('blocker_id'),
    blockedId: deletedWithUser('blocked_id'),
    createdAt: createdAt(),
  },
  blocks => [
    primaryKey({ name: 'blocks_pk', columns: [blocks.blockerId, blocks.blockedId] }),
    index('blocks_blocker_id_created_at_index').on(blocks.blockerId, blocks.createdAt, blocks.blockedId),
    index('blocks_blocked_id_index').on(blocks.blockedId, blocks.blockerId),
    check('blocks_not_oneself', sql`${blocks.blockerId} <> ${blocks.blockedId}`),
  ],
)

/** Work that outlives a request: see jobs/queue.ts. */
export const jobs = table(
  'jobs',
  {
    id: id(),
    name: text().notNull(),
    input: json().notNull(),
    /** Of unfinished jobs with the same key there is one. */
    uniqueKey: text('unique_key'),
    /** Whose job it is: deleted with them. */
    userId: reference('user_id').references(() => users.id, { onDelete: 'cascade' }),
    state: text().notNull(),
    /** When a worker may claim it: once it is due, or once its lease has run out. Null when finished. */
    dueAt: time('due_at'),
    attempts: integer().notNull().default(0),
    /** Names the attempt under way, so that an abandoned one cannot commit. */
    claim: text(),
    progress: json().$type<{ done: number; total: number }>(),
    result: json(),
    error: text(),
    createdAt: createdAt(),
    finishedAt: time('finished_at'),
  },
  jobs => [
    uniqueIndex('jobs_unique_key_unique').on(jobs.uniqueKey),
    index('jobs_due_at_index').on(jobs.dueAt, jobs.id),
    index('jobs_name_index').on(jobs.name, jobs.id),
    index('jobs_user_id_index').on(jobs.userId),
    index('jobs_finished_at_index').on(jobs.finishedAt),
    check('jobs_state_known', sql`${jobs.state} in ('waiting', 'running', 'done', 'parked', 'cancelled')`),
  ],
)

/** A private thread of two people; the one with the lower id comes first, so that there is one for each pair. */
export const conversations = table(
  'conversations',
  {
    id: id(),
    firstId: deletedWithUser('first_id'),
    secondId: deletedWithUser('second_id'),
    createdAt: createdAt(),
  },
  conversations => [
    uniqueIndex('conversations_people_unique').on(conversations.firstId, conversations.secondId),
    index('conversations_second_id_index').on(conversations.secondId),
    check('conversations_order', sql`${conversations.firstId} < ${conversations.secondId}`),
  ],
)

/** A conversation as one of its two sides sees it. */
export const participants = table(
  'participants',
  {
    conversationId: reference('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    userId: deletedWithUser('user_id'),
    otherId: deletedWithUser('other_id'),
    /** Messages that this side has not seen. */
    unread: integer().notNull().default(0),
    lastMessageAt: time('last_message_at').notNull(),
  },
  participants => [
    primaryKey({ name: 'participants_pk', columns: [participants.conversationId, participants.userId] }),
    uniqueIndex('participants_user_id_other_id_unique').on(participants.userId, participants.otherId),
    index('participants_user_id_last_message_at_index').on(
      participants.userId,
      participants.lastMessageAt,
      participants.conversationId,
    ),
    index('participants_unread_index').on(participants.userId).where(sql`${participants.unread} > 0`),
    index('participants_other_id_index').on(participants.otherId),
    check('participants_unread_whole', sql`${participants.unread} >= 0`),
  ],
)

export const messages = table(
  'messages',
  {
    id: id(),
    conversationId: reference('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    senderId: deletedWithUser('sender_id'),
    body: text().notNull(),
    entities: json().$type<Entity[]>().notNull(),
    language: text(),
    /** Digest of the form that sent it, so that sending it twice sends one. */
    submission: text(),
    createdAt: createdAt(),
  },
  messages => [
    index('messages_conversation_id_created_at_index').on(
      messages.conversationId,
      messages.createdAt,
      messages.id,
    ),
    index('messages_sender_id_index').on(messages.senderId, messages.createdAt),
    uniqueIndex('messages_submission_unique').on(messages.submission),
    check('messages_body_length', lengthBetween(messages.body, 1, lengths.body[1])),
  ],
)

export const notifications = table(
  'notifications',
  {
    id: id(),
    /** Who is notified. */
    userId: deletedWithUser('user_id'),
    /** One of notifications/kinds.ts. */
    kind: text().notNull(),
    /** What it is about, such as `follow:7`: one notification for each person and subject. */
    subject: text().notNull(),
    /** Who caused it. */
    actorId: reference('actor_id').references(() => users.id, { onDelete: 'cascade' }),
    postId: reference('post_id').references(() => posts.id, { onDelete: 'cascade' }),
    conversationId: reference('conversation_id').references(() => conversations.id, {
      onDelete: 'cascade',
    }),
    createdAt: createdAt(),
    readAt: time('read_at'),
  },
  notifications => [
    uniqueIndex('notifications_user_id_subject_unique').on(notifications.userId, notifications.subject),
    index('notifications_user_id_created_at_index').on(
      notifications.userId,
      notifications.createdAt,
      notifications.id,
    ),
    index('notifications_user_id_kind_created_at_index').on(
      notifications.userId,
      notifications.kind,
      notifications.createdAt,
      notifications.id,
    ),
    index('notifications_unread_index').on(notifications.userId).where(sql`${notifications.readAt} is null`),
    index('notifications_actor_id_index').on(notifications.actorId),
    index('notifications_post_id_index').on(notifications.postId),
    index('notifications_conversation_id_index').on(notifications.conversationId),
    check('notifications_kind_length', lengthBetween(notifications.kind, 1, 40)),
  ],
)

/** Tokens with which programs act for a person. */
export const apiTokens = table(
  'api_tokens',
  {
    id: id(),
    /** SHA-256 of the token, which is shown once. */
    tokenHash: text('token_hash').notNull(),
    userId: deletedWithUser('user_id'),
    name: text().notNull(),
    scope: text().notNull(),
    createdAt: createdAt(),
    lastUsedAt: time('last_used_at'),
    /** Null: until it is revoked. */
    expiresAt: time('expires_at'),
  },
  tokens => [
    uniqueIndex('api_tokens_token_hash_unique').on(tokens.tokenHash),
    index('api_tokens_user_id_index').on(tokens.userId, tokens.createdAt, tokens.id),
    check('api_tokens_name_length', lengthBetween(tokens.name, 1, 64)),
    check('api_tokens_scope_known', sql`${tokens.scope} in ('read', 'write')`),
  ],
)

/** Responses to creates, kept for a day, so that a program may repeat a request safely. */
export const idempotencyKeys = table(
  'idempotency_keys',
  {
    userId: deletedWithUser('user_id'),
    key: text().notNull(),
    /** Digest of the request that the key was first used for. */
    request: text().notNull(),
    status: integer().notNull(),
    location: text(),
    body: text().notNull(),
    createdAt: createdAt(),
  },
  keys => [
    primaryKey({ name: 'idempotency_keys_pk', columns: [keys.userId, keys.key] }),
    index('idempotency_keys_created_at_index').on(keys.createdAt),
    check('idempotency_keys_key_length', lengthBetween(keys.key, 1, 255)),
  ],
)

/** Personal exports, made by a job and kept for some days. */
export const exports = table(
  'exports',
  {
    id: id(),
    userId: deletedWithUser('user_id'),
    jobId: reference('job_id').references(() => jobs.id, { onDelete: 'set null' }),
    /** Bytes; null until it is finished. */
    size: integer(),
    createdAt: createdAt(),
    finishedAt: time('finished_at'),
    expiresAt: time('expires_at'),
  },
  exports => [
    index('exports_user_id_created_at_index').on(exports.userId, exports.createdAt, exports.id),
    index('exports_job_id_index').on(exports.jobId),
    index('exports_expires_at_index').on(exports.expiresAt),
  ],
)

/** The file's bytes in order: in the database, so that every process can send it. */
export const exportParts = table(
  'export_parts',
  {
    exportId: reference('export_id')
      .notNull()
      .references(() => exports.id, { onDelete: 'cascade' }),
    position: integer().notNull(),
    bytes: bytes().notNull(),
  },
  parts => [primaryKey({ name: 'export_parts_pk', columns: [parts.exportId, parts.position] })],
)

/** Posts as the translation service put them; gone when the post is edited. */
export const translations = table(
  'translations',
  {
    postId: deletedWithPost('post_id'),
    /** BCP 47, the language translated to. */
    language: text().notNull(),
    body: text().notNull(),
    createdAt: createdAt(),
  },
  translations => [
    primaryKey({ name: 'translations_pk', columns: [translations.postId, translations.language] }),
    index('translations_created_at_index').on(translations.createdAt),
  ],
)

export const tables = {
  users,
  sessions,
  posts,
  threadGaps,
  likes,
  reposts,
  bookmarks,
  images,
  postVersions,
  threadMutes,
  follows,
  mentions,
  hashtags,
  passwordResets,
  formerUsernames,
  retiredUsernames,
  accountRecoveries,
  signInLinks,
  emailConfirmations,
  knownDevices,
  interruptedForms,
  locks,
  rateLimits,
  blocks,
  jobs,
  conversations,
  participants,
  messages,
  notifications,
  apiTokens,
  idempotencyKeys,
  exports,
  exportParts,
  translations,
}

/**
 * What `with` reads along. Each foreign key can be followed from both ends: a row has its person, and a person their
 * rows.
 */
export const relations = defineRelations(tables, r => ({
  users: {
    posts: r.many.posts({ from: r.users.id, to: r.posts.userId }),
    images: r.many.images({ from: r.users.id, to: r.images.userId }),
    sessions: r.many.sessions({ from: r.users.id, to: r.sessions.userId }),
    followers: r.many.users({
      from: r.users.id.through(r.follows.followedId),
      to: r.users.id.through(r.follows.followerId),
    }),
    following: r.many.users({
      from: r.users.id.through(r.follows.followerId),
      to: r.users.id.through(r.follows.followedId),
    }),
    blocking: r.many.users({
      from: r.users.id.through(r.blocks.blockerId),
      to: r.users.id.through(r.blocks.blockedId),
    }),
    blockedBy: r.many.users({
      from: r.users.id.through(r.blocks.blockedId),
      to: r.users.id.through(r.blocks.blockerId),
    }),
    mentionedIn: r.many.posts({
      from: r.users.id.through(r.mentions.userId),
      to: r.posts.id.through(r.mentions.postId),
    }),
    likes: r.many.likes({ from: r.users.id, to: r.likes.userId }),
    reposts: r.many.reposts({ from: r.users.id, to: r.reposts.userId }),
    bookmarks: r.many.bookmarks({ from: r.users.id, to: r.bookmarks.userId }),
    threadMutes: r.many.threadMutes({ from: r.users.id, to: r.threadMutes.userId }),
    conversations: r.many.conversations({
      from: r.users.id.through(r.participants.userId),
      to: r.conversations.id.through(r.participants.conversationId),
    }),
    participants: r.many.participants({ from: r.users.id, to: r.participants.userId }),
    messages: r.many.messages({ from: r.users.id, to: r.messages.senderId }),
    notifications: r.many.notifications({ from: r.users.id, to: r.notifications.userId }),
    causedNotifications: r.many.notifications({ from: r.users.id, to: r.notifications.actorId }),
    apiTokens: r.many.apiTokens({ from: r.users.id, to: r.apiTokens.userId }),
    exports: r.many.exports({ from: r.users.id, to: r.exports.userId }),
    jobs: r.many.jobs({ from: r.users.id, to: r.jobs.userId }),
    formerUsernames: r.many.formerUsernames({ from: r.users.id, to: r.formerUsernames.userId }),
    knownDevices: r.many.knownDevices({ from: r.users.id, to: r.knownDevices.userId }),
    passwordResets: r.many.passwordResets({ from: r.users.id, to: r.passwordResets.userId }),
    signInLinks: r.many.signInLinks({ from: r.users.id, to: r.signInLinks.userId }),
    accountRecoveries: r.many.accountRecoveries({ from: r.users.id, to: r.accountRecoveries.userId }),
    emailConfirmations: r.many.emailConfirmations({ from: r.users.id, to: r.emailConfirmations.userId }),
    idempotencyKeys: r.many.idempotencyKeys({ from: r.users.id, to: r.idempotencyKeys.userId }),
  },
  posts: {
    author: r.one.users({ from: r.posts.userId, to: r.users.id, optional: false }),
    mentioned: r.many.users({
      from: r.posts.id.through(r.mentions.postId),
      to: r.users.id.through(r.mentions.userId),
    }),
    hashtags: r.many.hashtags({ from: r.posts.id, to: r.hashtags.postId }),
    translations: r.many.translations({ from: r.posts.id, to: r.translations.postId }),
    likes: r.many.likes({ from: r.posts.id, to: r.likes.postId }),
    reposts: r.many.reposts({ from: r.posts.id, to: r.reposts.postId }),
    bookmarks: r.many.bookmarks({ from: r.posts.id, to: r.bookmarks.postId }),
    images: r.many.images({ from: r.posts.id, to: r.images.postId }),
    versions: r.many.postVersions({ from: r.posts.id, to: r.postVersions.postId }),
    notifications: r.many.notifications({ from: r.posts.id, to: r.notifications.postId }),
  },
  sessions: { user: r.one.users({ from: r.sessions.userId, to: r.users.id, optional: false }) },
  apiTokens: { user: r.one.users({ from: r.apiTokens.userId, to: r.users.id, optional: false }) },
  formerUsernames: { user: r.one.users({ from: r.formerUsernames.userId, to: r.users.id, optional: false }) },
  knownDevices: { user: r.one.users({ from: r.knownDevices.userId, to: r.users.id, optional: false }) },
  passwordResets: { user: r.one.users({ from: r.passwordResets.userId, to: r.users.id, optional: false }) },
  signInLinks: { user: r.one.users({ from: r.signInLinks.userId, to: r.users.id, optional: false }) },
  accountRecoveries: {
    user: r.one.users({ from: r.accountRecoveries.userId, to: r.users.id, optional: false }),
  },
  emailConfirmations: {
    user: r.one.users({ from: r.emailConfirmations.userId, to: r.users.id, optional: false }),
  },
  idempotencyKeys: { user: r.one.users({ from: r.idempotencyKeys.userId, to: r.users.id, optional: false }) },
  follows: {
    follower: r.one.users({ from: r.follows.followerId, to: r.users.id, optional: false }),
    followed: r.one.users({ from: r.follows.followedId, to: r.users.id, optional: false }),
  },
  blocks: {
    blocker: r.one.users({ from: r.blocks.blockerId, to: r.users.id, optional: false }),
    blocked: r.one.users({ from: r.blocks.blockedId, to: r.users.id, optional: false }),
  },
  mentions: {
    post: r.one.posts({ from: r.mentions.postId, to: r.posts.id, optional: false }),
    user: r.one.users({ from: r.mentions.userId, to: r.users.id, optional: false }),
  },
  images: {
    post: r.one.posts({ from: r.images.postId, to: r.posts.id }),
    user: r.one.users({ from: r.images.userId, to: r.users.id }),
  },
  likes: {
    post: r.one.posts({ from: r.likes.postId, to: r.posts.id, optional: false }),
    user: r.one.users({ from: r.likes.userId, to: r.users.id, optional: false }),
  },
  reposts: {
    post: r.one.posts({ from: r.reposts.postId, to: r.posts.id, optional: false }),
    user: r.one.users({ from: r.reposts.userId, to: r.users.id, optional: false }),
  },
  bookmarks: {
    post: r.one.posts({ from: r.bookmarks.postId, to: r.posts.id, optional: false }),
    user: r.one.users({ from: r.bookmarks.userId, to: r.users.id, optional: false }),
  },
  postVersions: { post: r.one.posts({ from: r.postVersions.postId, to: r.posts.id, optional: false }) },
  threadMutes: { user: r.one.users({ from: r.threadMutes.userId, to: r.users.id, optional: false }) },
  hashtags: { post: r.one.posts({ from: r.hashtags.postId, to: r.posts.id, optional: false }) },
  translations: { post: r.one.posts({ from: r.translations.postId, to: r.posts.id, optional: false }) },
  conversations: {
    first: r.one.users({ from: r.conversations.firstId, to: r.users.id, optional: false }),
    second: r.one.users({ from: r.conversations.secondId, to: r.users.id, optional: false }),
    messages: r.many.messages({ from: r.conversations.id, to: r.messages.conversationId }),
    participants: r.many.participants({ from: r.conversations.id, to: r.participants.conversationId }),
    notifications: r.many.notifications({ from: r.conversations.id, to: r.notifications.conversationId }),
  },
  participants: {
    conversation: r.one.conversations({
      from: r.participants.conversationId,
      to: r.conversations.id,
      optional: false,
    }),
    user: r.one.users({ from: r.participants.userId, to: r.users.id, optional: false }),
    other: r.one.users({ from: r.participants.otherId, to: r.users.id, optional: false }),
  },
  messages: {
    conversation: r.one.conversations({
      from: r.messages.conversationId,
      to: r.conversations.id,
      optional: false,
    }),
    sender: r.one.users({ from: r.messages.senderId, to: r.users.id, optional: false }),
  },
  notifications: {
    user: r.one.users({ from: r.notifications.userId, to: r.users.id, optional: false }),
    actor: r.one.users({ from: r.notifications.actorId, to: r.users.id }),
    post: r.one.posts({ from: r.notifications.postId, to: r.posts.id }),
    conversation: r.one.conversations({ from: r.notifications.conversationId, to: r.conversations.id }),
  },
  jobs: {
    user: r.one.users({ from: r.jobs.userId, to: r.users.id }),
    exports: r.many.exports({ from: r.jobs.id, to: r.exports.jobId }),
  },
  exports: {
    user: r.one.users({ from: r.exports.userId, to: r.users.id, optional: false }),
    job: r.one.jobs({ from: r.exports.jobId, to: r.jobs.id }),
    parts: r.many.exportParts({ from: r.exports.id, to: r.exportParts.exportId }),
  },
  exportParts: { export: r.one.exports({ from: r.exportParts.exportId, to: r.exports.id, optional: false }) },
}))
