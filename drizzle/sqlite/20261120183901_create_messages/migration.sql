CREATE TABLE `conversations` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`first_id` integer NOT NULL,
	`second_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT `fk_conversations_first_id_users_id_fk` FOREIGN KEY (`first_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_conversations_second_id_users_id_fk` FOREIGN KEY (`second_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT "conversations_order" CHECK("first_id" < "second_id")
);
--> statement-breakpoint
CREATE TABLE `messages` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`conversation_id` integer NOT NULL,
	`sender_id` integer NOT NULL,
	`body` text NOT NULL,
	`entities` text NOT NULL,
	`language` text,
	`submission` text,
	`created_at` integer NOT NULL,
	CONSTRAINT `fk_messages_conversation_id_conversations_id_fk` FOREIGN KEY (`conversation_id`) REFERENCES `conversations`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_messages_sender_id_users_id_fk` FOREIGN KEY (`sender_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT "messages_body_length" CHECK(length("body") between 1 and 4000)
);
--> statement-breakpoint
CREATE TABLE `participants` (
	`conversation_id` integer NOT NULL,
	`user_id` integer NOT NULL,
	`other_id` integer NOT NULL,
	`unread` integer DEFAULT 0 NOT NULL,
	`last_message_at` integer NOT NULL,
	CONSTRAINT `participants_pk` PRIMARY KEY(`conversation_id`, `user_id`),
	CONSTRAINT `fk_participants_conversation_id_conversations_id_fk` FOREIGN KEY (`conversation_id`) REFERENCES `conversations`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_participants_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_participants_other_id_users_id_fk` FOREIGN KEY (`other_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT "participants_unread_whole" CHECK("unread" >= 0)
);
--> statement-breakpoint
ALTER TABLE `users` ADD `messages_from` text DEFAULT 'everyone' NOT NULL;--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_users` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`username` text NOT NULL,
	`username_key` text NOT NULL,
	`display_name` text NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`email_confirmed_at` integer,
	`password_hash` text NOT NULL,
	`about` text DEFAULT '' NOT NULL,
	`language` text,
	`theme` text DEFAULT 'auto' NOT NULL,
	`messages_from` text DEFAULT 'everyone' NOT NULL,
	`closed_at` integer,
	`last_seen_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT "users_username_length" CHECK(length("username") between 1 and 64),
	CONSTRAINT "users_display_name_length" CHECK(length("display_name") between 1 and 64),
	CONSTRAINT "users_email_length" CHECK(length("email") between 3 and 120),
	CONSTRAINT "users_about_length" CHECK(length("about") between 0 and 140),
	CONSTRAINT "users_theme_known" CHECK("theme" in ('auto', 'light', 'dark')),
	CONSTRAINT "users_messages_from_known" CHECK("messages_from" in ('everyone', 'following'))
);
--> statement-breakpoint
INSERT INTO `__new_users`(`id`, `username`, `username_key`, `display_name`, `email`, `email_key`, `email_confirmed_at`, `password_hash`, `about`, `language`, `theme`, `closed_at`, `last_seen_at`, `created_at`) SELECT `id`, `username`, `username_key`, `display_name`, `email`, `email_key`, `email_confirmed_at`, `password_hash`, `about`, `language`, `theme`, `closed_at`, `last_seen_at`, `created_at` FROM `users`;--> statement-breakpoint
DROP TABLE `users`;--> statement-breakpoint
ALTER TABLE `__new_users` RENAME TO `users`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `users_username_key_unique` ON `users` (`username_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_key_unique` ON `users` (`email_key`);--> statement-breakpoint
CREATE INDEX `users_last_seen_at_index` ON `users` (`last_seen_at`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `conversations_people_unique` ON `conversations` (`first_id`,`second_id`);--> statement-breakpoint
CREATE INDEX `conversations_second_id_index` ON `conversations` (`second_id`);--> statement-breakpoint
CREATE INDEX `messages_conversation_id_created_at_index` ON `messages` (`conversation_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `messages_sender_id_index` ON `messages` (`sender_id`,`created_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `messages_submission_unique` ON `messages` (`submission`);--> statement-breakpoint
CREATE UNIQUE INDEX `participants_user_id_other_id_unique` ON `participants` (`user_id`,`other_id`);--> statement-breakpoint
CREATE INDEX `participants_user_id_last_message_at_index` ON `participants` (`user_id`,`last_message_at`,`conversation_id`);--> statement-breakpoint
CREATE INDEX `participants_unread_index` ON `participants` (`user_id`) WHERE "participants"."unread" > 0;--> statement-breakpoint
CREATE INDEX `participants_other_id_index` ON `participants` (`other_id`);