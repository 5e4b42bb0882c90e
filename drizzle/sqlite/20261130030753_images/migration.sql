ALTER TABLE `post_versions` DROP CONSTRAINT `post_versions_body_length`;
--> statement-breakpoint
ALTER TABLE `posts` DROP CONSTRAINT `posts_body_length`;
--> statement-breakpoint
ALTER TABLE `posts` DROP CONSTRAINT `posts_counts_whole`;
--> statement-breakpoint
CREATE TABLE `images` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`key` text NOT NULL,
	`user_id` integer,
	`purpose` text NOT NULL,
	`post_id` integer,
	`position` integer DEFAULT 1 NOT NULL,
	`alt` text DEFAULT '' NOT NULL,
	`width` integer NOT NULL,
	`height` integer NOT NULL,
	`animated` integer DEFAULT false NOT NULL,
	`placeholder` text NOT NULL,
	`files` text NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT `fk_images_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE SET NULL,
	CONSTRAINT `fk_images_post_id_posts_id_fk` FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON DELETE SET NULL,
	CONSTRAINT "images_purpose_known" CHECK("purpose" in ('post', 'avatar', 'banner')),
	CONSTRAINT "images_alt_length" CHECK(length("alt") between 0 and 1000),
	CONSTRAINT "images_size_positive" CHECK("width" > 0 and "height" > 0)
);

--> statement-breakpoint
ALTER TABLE `posts` ADD `image_count` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `users` ADD `alt_reminder` integer DEFAULT true NOT NULL;
--> statement-breakpoint
ALTER TABLE `users` ADD `avatar` text;
--> statement-breakpoint
ALTER TABLE `users` ADD `banner` text;
--> statement-breakpoint
CREATE UNIQUE INDEX `images_key_unique` ON `images` (`key`);
--> statement-breakpoint
CREATE INDEX `images_post_id_index` ON `images` (`post_id`,`position`,`id`);
--> statement-breakpoint
CREATE INDEX `images_user_id_index` ON `images` (`user_id`,`purpose`,`id`);
--> statement-breakpoint
CREATE INDEX `images_unpublished_index` ON `images` (`created_at`,`id`) WHERE "images"."post_id" is null;
--> statement-breakpoint
ALTER TABLE `post_versions` ADD CONSTRAINT `post_versions_body_length` CHECK (length("body") between 0 and 4000);
--> statement-breakpoint
ALTER TABLE `posts` ADD CONSTRAINT `posts_body_length` CHECK (length("body") between 0 and 4000);
--> statement-breakpoint
ALTER TABLE `posts` ADD CONSTRAINT `posts_counts_whole` CHECK ("like_count" >= 0 and "repost_count" >= 0 and "image_count" >= 0);
