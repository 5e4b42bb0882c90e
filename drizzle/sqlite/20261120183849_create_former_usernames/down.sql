DROP INDEX IF EXISTS `former_usernames_user_id_index`;
--> statement-breakpoint
DROP TABLE `former_usernames`;
--> statement-breakpoint
ALTER TABLE `users` DROP COLUMN `closed_at`;
