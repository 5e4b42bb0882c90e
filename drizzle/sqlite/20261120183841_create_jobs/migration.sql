CREATE TABLE `jobs` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`name` text NOT NULL,
	`input` text NOT NULL,
	`unique_key` text,
	`user_id` integer,
	`state` text NOT NULL,
	`due_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`claim` text,
	`progress` text,
	`result` text,
	`error` text,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	CONSTRAINT `fk_jobs_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT "jobs_state_known" CHECK("state" in ('waiting', 'running', 'done', 'parked', 'cancelled'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_unique_key_unique` ON `jobs` (`unique_key`);--> statement-breakpoint
CREATE INDEX `jobs_due_at_index` ON `jobs` (`due_at`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_name_index` ON `jobs` (`name`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_user_id_index` ON `jobs` (`user_id`);--> statement-breakpoint
CREATE INDEX `jobs_finished_at_index` ON `jobs` (`finished_at`);