CREATE TABLE `posts` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`user_id` integer NOT NULL,
	`body` text NOT NULL,
	`entities` text NOT NULL,
	`language` text,
	`submission` text,
	`created_at` integer NOT NULL,
	`edited_at` integer,
	CONSTRAINT `fk_posts_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT "posts_body_length" CHECK(length("body") between 1 and 4000)
);
--> statement-breakpoint
CREATE INDEX `posts_created_at_index` ON `posts` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `posts_user_id_created_at_index` ON `posts` (`user_id`,`created_at`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `posts_submission_unique` ON `posts` (`submission`);