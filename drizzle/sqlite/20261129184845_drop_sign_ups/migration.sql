DROP INDEX IF EXISTS `sign_ups_token_hash_unique`;--> statement-breakpoint
DROP INDEX IF EXISTS `sign_ups_email_key_index`;--> statement-breakpoint
DROP INDEX IF EXISTS `sign_ups_expires_at_index`;--> statement-breakpoint
DROP TABLE `sign_ups`;