CREATE TABLE `sign_ups` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`token_hash` text NOT NULL,
	`username` text NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`password_hash` text NOT NULL,
	`language` text,
	`theme` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	CONSTRAINT "sign_ups_username_length" CHECK(length("username") between 1 and 64),
	CONSTRAINT "sign_ups_email_length" CHECK(length("email") between 3 and 120)
);

--> statement-breakpoint
CREATE UNIQUE INDEX `sign_ups_token_hash_unique` ON `sign_ups` (`token_hash`);
--> statement-breakpoint
CREATE INDEX `sign_ups_email_key_index` ON `sign_ups` (`email_key`);
--> statement-breakpoint
CREATE INDEX `sign_ups_expires_at_index` ON `sign_ups` (`expires_at`);
