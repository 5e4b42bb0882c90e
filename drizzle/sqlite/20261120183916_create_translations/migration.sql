CREATE TABLE `translations` (
	`post_id` integer NOT NULL,
	`language` text NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT `translations_pk` PRIMARY KEY(`post_id`, `language`),
	CONSTRAINT `fk_translations_post_id_posts_id_fk` FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON DELETE CASCADE
);
--> statement-breakpoint
CREATE INDEX `translations_created_at_index` ON `translations` (`created_at`);