DROP INDEX IF EXISTS `email_confirmations_token_hash_unique`;
--> statement-breakpoint
DROP INDEX IF EXISTS `email_confirmations_user_id_index`;
--> statement-breakpoint
DROP TABLE `email_confirmations`;
--> statement-breakpoint
ALTER TABLE `users` DROP COLUMN `email_confirmed_at`;
