DROP INDEX IF EXISTS `account_recoveries_token_hash_unique`;
--> statement-breakpoint
DROP INDEX IF EXISTS `account_recoveries_user_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `account_recoveries_expires_at_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `retired_usernames_free_at_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `sign_in_links_token_hash_unique`;
--> statement-breakpoint
DROP INDEX IF EXISTS `sign_in_links_user_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `sign_in_links_expires_at_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `users_closed_index`;
--> statement-breakpoint
DROP TABLE `account_recoveries`;
--> statement-breakpoint
DROP TABLE `retired_usernames`;
--> statement-breakpoint
DROP TABLE `sign_in_links`;
--> statement-breakpoint
ALTER TABLE `sessions` DROP COLUMN `confirmed_at`;
--> statement-breakpoint
ALTER TABLE `users` DROP COLUMN `time_zone`;
--> statement-breakpoint
ALTER TABLE `users` DROP COLUMN `last_seen_shown`;
