CREATE TABLE `bookmarks` (
	`user_id` integer NOT NULL,
	`post_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT `bookmarks_pk` PRIMARY KEY(`user_id`, `post_id`),
	CONSTRAINT `fk_bookmarks_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_bookmarks_post_id_posts_id_fk` FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON DELETE CASCADE
);

--> statement-breakpoint
CREATE TABLE `likes` (
	`post_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT `likes_pk` PRIMARY KEY(`post_id`, `user_id`),
	CONSTRAINT `fk_likes_post_id_posts_id_fk` FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_likes_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE
);

--> statement-breakpoint
CREATE TABLE `post_versions` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`post_id` integer NOT NULL,
	`body` text NOT NULL,
	`entities` text NOT NULL,
	`language` text,
	`content_warning` text,
	`created_at` integer NOT NULL,
	CONSTRAINT `fk_post_versions_post_id_posts_id_fk` FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON DELETE CASCADE,
	CONSTRAINT "post_versions_body_length" CHECK(length("body") between 1 and 4000)
);

--> statement-breakpoint
CREATE TABLE `reposts` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`post_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT `fk_reposts_post_id_posts_id_fk` FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_reposts_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE
);

--> statement-breakpoint
CREATE TABLE `thread_mutes` (
	`user_id` integer NOT NULL,
	`root_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT `thread_mutes_pk` PRIMARY KEY(`user_id`, `root_id`),
	CONSTRAINT `fk_thread_mutes_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE
);

--> statement-breakpoint
ALTER TABLE `follows` ADD `reposts_shown` integer DEFAULT true NOT NULL;
--> statement-breakpoint
ALTER TABLE `posts` ADD `replies_from` text DEFAULT 'everyone' NOT NULL;
--> statement-breakpoint
ALTER TABLE `posts` ADD `quotes_from` text DEFAULT 'everyone' NOT NULL;
--> statement-breakpoint
ALTER TABLE `posts` ADD `quoted_id` integer;
--> statement-breakpoint
ALTER TABLE `posts` ADD `quote_detached` integer DEFAULT false NOT NULL;
--> statement-breakpoint
ALTER TABLE `posts` ADD `content_warning` text;
--> statement-breakpoint
ALTER TABLE `posts` ADD `pinned_at` integer;
--> statement-breakpoint
ALTER TABLE `posts` ADD `like_count` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `posts` ADD `repost_count` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `users` ADD `quotes_from` text DEFAULT 'everyone' NOT NULL;
--> statement-breakpoint
ALTER TABLE `users` ADD `notifications_from` text;
--> statement-breakpoint
ALTER TABLE `users` ADD `home_replies` text DEFAULT 'following' NOT NULL;
--> statement-breakpoint
ALTER TABLE `users` ADD `home_reposts` integer DEFAULT true NOT NULL;
--> statement-breakpoint
ALTER TABLE `users` ADD `keyboard_shortcuts` integer DEFAULT true NOT NULL;
--> statement-breakpoint
CREATE INDEX `bookmarks_user_id_created_at_index` ON `bookmarks` (`user_id`,`created_at`,`post_id`);
--> statement-breakpoint
CREATE INDEX `bookmarks_post_id_index` ON `bookmarks` (`post_id`);
--> statement-breakpoint
CREATE INDEX `likes_post_id_created_at_index` ON `likes` (`post_id`,`created_at`,`user_id`);
--> statement-breakpoint
CREATE INDEX `likes_user_id_created_at_index` ON `likes` (`user_id`,`created_at`,`post_id`);
--> statement-breakpoint
CREATE INDEX `notifications_user_id_kind_created_at_index` ON `notifications` (`user_id`,`kind`,`created_at`,`id`);
--> statement-breakpoint
CREATE INDEX `post_versions_post_id_created_at_index` ON `post_versions` (`post_id`,`created_at`,`id`);
--> statement-breakpoint
CREATE INDEX `posts_quoted_id_index` ON `posts` (`quoted_id`,`created_at`,`id`,`user_id`) WHERE "posts"."quoted_id" is not null;
--> statement-breakpoint
CREATE INDEX `posts_pinned_index` ON `posts` (`user_id`,`pinned_at`,`id`) WHERE "posts"."pinned_at" is not null;
--> statement-breakpoint
CREATE UNIQUE INDEX `reposts_post_id_user_id_unique` ON `reposts` (`post_id`,`user_id`);
--> statement-breakpoint
CREATE INDEX `reposts_post_id_created_at_index` ON `reposts` (`post_id`,`created_at`,`user_id`);
--> statement-breakpoint
CREATE INDEX `reposts_user_id_created_at_index` ON `reposts` (`user_id`,`created_at`,`id`,`post_id`);
--> statement-breakpoint
CREATE INDEX `thread_mutes_root_id_index` ON `thread_mutes` (`root_id`);
--> statement-breakpoint
ALTER TABLE `posts` ADD CONSTRAINT `posts_content_warning_length` CHECK (length("content_warning") between 1 and 100);
--> statement-breakpoint
ALTER TABLE `posts` ADD CONSTRAINT `posts_replies_from_known` CHECK ("replies_from" in ('everyone', 'following', 'mentioned', 'nobody'));
--> statement-breakpoint
ALTER TABLE `posts` ADD CONSTRAINT `posts_quotes_from_known` CHECK ("quotes_from" in ('everyone', 'following', 'nobody'));
--> statement-breakpoint
ALTER TABLE `posts` ADD CONSTRAINT `posts_counts_whole` CHECK ("like_count" >= 0 and "repost_count" >= 0);
--> statement-breakpoint
ALTER TABLE `users` ADD CONSTRAINT `users_quotes_from_known` CHECK ("quotes_from" in ('everyone', 'following', 'nobody'));
--> statement-breakpoint
ALTER TABLE `users` ADD CONSTRAINT `users_home_replies_known` CHECK ("home_replies" in ('none', 'following', 'all'));
