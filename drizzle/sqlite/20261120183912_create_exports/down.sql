DROP INDEX IF EXISTS `exports_user_id_created_at_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `exports_job_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `exports_expires_at_index`;
--> statement-breakpoint
DROP TABLE `export_parts`;
--> statement-breakpoint
DROP TABLE `exports`;
