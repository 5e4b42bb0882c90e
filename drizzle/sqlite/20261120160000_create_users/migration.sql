CREATE TABLE `users` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`username` text NOT NULL,
	`username_key` text NOT NULL,
	`display_name` text NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`password_hash` text NOT NULL,
	`about` text DEFAULT '' NOT NULL,
	`language` text,
	`theme` text DEFAULT 'auto' NOT NULL,
	`last_seen_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT "users_username_length" CHECK(length("username") between 1 and 64),
	CONSTRAINT "users_display_name_length" CHECK(length("display_name") between 1 and 64),
	CONSTRAINT "users_email_length" CHECK(length("email") between 3 and 120),
	CONSTRAINT "users_about_length" CHECK(length("about") between 0 and 140),
	CONSTRAINT "users_theme_known" CHECK("theme" in ('auto', 'light', 'dark'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_username_key_unique` ON `users` (`username_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_key_unique` ON `users` (`email_key`);--> statement-breakpoint
CREATE INDEX `users_last_seen_at_index` ON `users` (`last_seen_at`,`id`);