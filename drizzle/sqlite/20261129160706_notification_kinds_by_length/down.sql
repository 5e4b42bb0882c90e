-- Kinds that only newer versions know go: the former constraint does not admit them.
DELETE FROM `notifications` WHERE `kind` NOT IN ('follow', 'mention', 'message', 'export');
--> statement-breakpoint
PRAGMA foreign_keys=OFF;
--> statement-breakpoint
CREATE TABLE `__new_notifications` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`user_id` integer NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`actor_id` integer,
	`post_id` integer,
	`conversation_id` integer,
	`created_at` integer NOT NULL,
	`read_at` integer,
	CONSTRAINT `fk_notifications_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_notifications_actor_id_users_id_fk` FOREIGN KEY (`actor_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_notifications_post_id_posts_id_fk` FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_notifications_conversation_id_conversations_id_fk` FOREIGN KEY (`conversation_id`) REFERENCES `conversations`(`id`) ON DELETE CASCADE,
	CONSTRAINT "notifications_kind_known" CHECK("kind" in ('follow', 'mention', 'message', 'export'))
);

--> statement-breakpoint
INSERT INTO `__new_notifications`(`id`, `user_id`, `kind`, `subject`, `actor_id`, `post_id`, `conversation_id`, `created_at`, `read_at`) SELECT `id`, `user_id`, `kind`, `subject`, `actor_id`, `post_id`, `conversation_id`, `created_at`, `read_at` FROM `notifications`;
--> statement-breakpoint
DROP TABLE `notifications`;
--> statement-breakpoint
ALTER TABLE `__new_notifications` RENAME TO `notifications`;
--> statement-breakpoint
PRAGMA foreign_keys=ON;
--> statement-breakpoint
CREATE UNIQUE INDEX `notifications_user_id_subject_unique` ON `notifications` (`user_id`,`subject`);
--> statement-breakpoint
CREATE INDEX `notifications_user_id_created_at_index` ON `notifications` (`user_id`,`created_at`,`id`);
--> statement-breakpoint
CREATE INDEX `notifications_unread_index` ON `notifications` (`user_id`) WHERE "notifications"."read_at" is null;
--> statement-breakpoint
CREATE INDEX `notifications_actor_id_index` ON `notifications` (`actor_id`);
--> statement-breakpoint
CREATE INDEX `notifications_post_id_index` ON `notifications` (`post_id`);
--> statement-breakpoint
CREATE INDEX `notifications_conversation_id_index` ON `notifications` (`conversation_id`);
