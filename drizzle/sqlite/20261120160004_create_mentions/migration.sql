CREATE TABLE `mentions` (
	`post_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	CONSTRAINT `mentions_pk` PRIMARY KEY(`post_id`, `user_id`),
	CONSTRAINT `fk_mentions_post_id_posts_id_fk` FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_mentions_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE
);
--> statement-breakpoint
CREATE INDEX `mentions_user_id_index` ON `mentions` (`user_id`,`post_id`);