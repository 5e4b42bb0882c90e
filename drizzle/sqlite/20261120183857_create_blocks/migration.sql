CREATE TABLE `blocks` (
	`blocker_id` integer NOT NULL,
	`blocked_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT `blocks_pk` PRIMARY KEY(`blocker_id`, `blocked_id`),
	CONSTRAINT `fk_blocks_blocker_id_users_id_fk` FOREIGN KEY (`blocker_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_blocks_blocked_id_users_id_fk` FOREIGN KEY (`blocked_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT "blocks_not_oneself" CHECK("blocker_id" <> "blocked_id")
);
--> statement-breakpoint
CREATE INDEX `blocks_blocker_id_created_at_index` ON `blocks` (`blocker_id`,`created_at`,`blocked_id`);--> statement-breakpoint
CREATE INDEX `blocks_blocked_id_index` ON `blocks` (`blocked_id`,`blocker_id`);