DROP INDEX IF EXISTS `jobs_unique_key_unique`;
--> statement-breakpoint
DROP INDEX IF EXISTS `jobs_due_at_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `jobs_name_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `jobs_user_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `jobs_finished_at_index`;
--> statement-breakpoint
DROP TABLE `jobs`;
