CREATE TABLE `follows` (
	`follower_id` integer NOT NULL,
	`followed_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT `follows_pk` PRIMARY KEY(`follower_id`, `followed_id`),
	CONSTRAINT `fk_follows_follower_id_users_id_fk` FOREIGN KEY (`follower_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_follows_followed_id_users_id_fk` FOREIGN KEY (`followed_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT "follows_not_oneself" CHECK("follower_id" <> "followed_id")
);
--> statement-breakpoint
CREATE INDEX `follows_follower_id_created_at_index` ON `follows` (`follower_id`,`created_at`,`followed_id`);--> statement-breakpoint
CREATE INDEX `follows_followed_id_created_at_index` ON `follows` (`followed_id`,`created_at`,`follower_id`);