CREATE TABLE `locks` (
	`key` text PRIMARY KEY,
	`locked_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `locks_locked_at_index` ON `locks` (`locked_at`);