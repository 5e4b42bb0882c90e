CREATE TABLE `known_devices` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`token_hash` text NOT NULL,
	`user_id` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	CONSTRAINT `fk_known_devices_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE
);
--> statement-breakpoint
CREATE TABLE `rate_limits` (
	`key` text PRIMARY KEY,
	`free_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `known_devices_token_hash_user_id_unique` ON `known_devices` (`token_hash`,`user_id`);--> statement-breakpoint
CREATE INDEX `known_devices_user_id_index` ON `known_devices` (`user_id`,`last_used_at`);--> statement-breakpoint
CREATE INDEX `rate_limits_free_at_index` ON `rate_limits` (`free_at`);