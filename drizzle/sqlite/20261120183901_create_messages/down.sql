PRAGMA foreign_keys=OFF;
--> statement-breakpoint
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
	`closed_at` integer,
	`last_seen_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT "users_username_length" CHECK(length("username") between 1 and 64),
	CONSTRAINT "users_display_name_length" CHECK(length("display_name") between 1 and 64),
	CONSTRAINT "users_email_length" CHECK(length("email") between 3 and 120),
	CONSTRAINT "users_about_length" CHECK(length("about") between 0 and 140),
	CONSTRAINT "users_theme_known" CHECK("theme" in ('auto', 'light', 'dark'))
);

--> statement-breakpoint
INSERT INTO `__new_users`(`id`, `username`, `username_key`, `display_name`, `email`, `email_key`, `email_confirmed_at`, `password_hash`, `about`, `language`, `theme`, `closed_at`, `last_seen_at`, `created_at`) SELECT `id`, `username`, `username_key`, `display_name`, `email`, `email_key`, `email_confirmed_at`, `password_hash`, `about`, `language`, `theme`, `closed_at`, `last_seen_at`, `created_at` FROM `users`;
--> statement-breakpoint
DROP TABLE `users`;
--> statement-breakpoint
ALTER TABLE `__new_users` RENAME TO `users`;
--> statement-breakpoint
PRAGMA foreign_keys=ON;
--> statement-breakpoint
DROP INDEX IF EXISTS `conversations_people_unique`;
--> statement-breakpoint
DROP INDEX IF EXISTS `conversations_second_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `messages_conversation_id_created_at_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `messages_sender_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `messages_submission_unique`;
--> statement-breakpoint
DROP INDEX IF EXISTS `participants_user_id_other_id_unique`;
--> statement-breakpoint
DROP INDEX IF EXISTS `participants_user_id_last_message_at_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `participants_unread_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `participants_other_id_index`;
--> statement-breakpoint
CREATE UNIQUE INDEX `users_username_key_unique` ON `users` (`username_key`);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_key_unique` ON `users` (`email_key`);
--> statement-breakpoint
CREATE INDEX `users_last_seen_at_index` ON `users` (`last_seen_at`,`id`);
--> statement-breakpoint
DROP TABLE `conversations`;
--> statement-breakpoint
DROP TABLE `messages`;
--> statement-breakpoint
DROP TABLE `participants`;
