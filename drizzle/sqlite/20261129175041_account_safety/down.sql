DROP INDEX IF EXISTS `account_recoveries_token_hash_unique`;
--> statement-breakpoint
DROP INDEX IF EXISTS `account_recoveries_user_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `account_recoveries_email_key_index`;
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
DROP INDEX IF EXISTS `sign_ups_token_hash_unique`;
--> statement-breakpoint
DROP INDEX IF EXISTS `sign_ups_email_key_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `sign_ups_expires_at_index`;
--> statement-breakpoint
DROP TABLE `account_recoveries`;
--> statement-breakpoint
DROP TABLE `retired_usernames`;
--> statement-breakpoint
DROP TABLE `sign_in_links`;
--> statement-breakpoint
DROP TABLE `sign_ups`;
--> statement-breakpoint
ALTER TABLE `sessions` DROP COLUMN `confirmed_at`;
