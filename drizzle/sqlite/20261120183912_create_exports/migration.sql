CREATE TABLE `export_parts` (
	`export_id` integer NOT NULL,
	`position` integer NOT NULL,
	`bytes` blob NOT NULL,
	CONSTRAINT `export_parts_pk` PRIMARY KEY(`export_id`, `position`),
	CONSTRAINT `fk_export_parts_export_id_exports_id_fk` FOREIGN KEY (`export_id`) REFERENCES `exports`(`id`) ON DELETE CASCADE
);
--> statement-breakpoint
CREATE TABLE `exports` (
	`id` integer PRIMARY KEY AUTOINCREMENT,
	`user_id` integer NOT NULL,
	`job_id` integer,
	`size` integer,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	`expires_at` integer,
	CONSTRAINT `fk_exports_user_id_users_id_fk` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE,
	CONSTRAINT `fk_exports_job_id_jobs_id_fk` FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON DELETE SET NULL
);
--> statement-breakpoint
CREATE INDEX `exports_user_id_created_at_index` ON `exports` (`user_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `exports_job_id_index` ON `exports` (`job_id`);--> statement-breakpoint
CREATE INDEX `exports_expires_at_index` ON `exports` (`expires_at`);