CREATE TABLE `account_recoveries` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`token_hash` text NOT NULL,
	`user_id` integer NOT NULL,
	`email` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	CONSTRAINT `fk_account_recoveries_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT "account_recoveries_email_length" CHECK(length("email") between 3 and 120)
);
--> statement-breakpoint
CREATE TABLE `retired_usernames` (
	`username_digest` text PRIMARY KEY,
	`free_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sign_in_links` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`token_hash` text NOT NULL,
	`user_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	CONSTRAINT `fk_sign_in_links_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE
);
--> statement-breakpoint
ALTER TABLE `sessions` ADD `confirmed_at` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `time_zone` text;--> statement-breakpoint
ALTER TABLE `users` ADD `last_seen_shown` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `account_recoveries_token_hash_unique` ON `account_recoveries` (`token_hash`);--> statement-breakpoint
CREATE INDEX `account_recoveries_user_id_index` ON `account_recoveries` (`user_id`);--> statement-breakpoint
CREATE INDEX `account_recoveries_expires_at_index` ON `account_recoveries` (`expires_at`);--> statement-breakpoint
CREATE INDEX `retired_usernames_free_at_index` ON `retired_usernames` (`free_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `sign_in_links_token_hash_unique` ON `sign_in_links` (`token_hash`);--> statement-breakpoint
CREATE INDEX `sign_in_links_user_id_index` ON `sign_in_links` (`user_id`);--> statement-breakpoint
CREATE INDEX `sign_in_links_expires_at_index` ON `sign_in_links` (`expires_at`);--> statement-breakpoint
CREATE INDEX `users_closed_index` ON `users` (`id`) WHERE "users"."closed_at" is not null;