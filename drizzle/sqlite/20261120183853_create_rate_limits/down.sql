DROP INDEX IF EXISTS `known_devices_token_hash_user_id_unique`;
--> statement-breakpoint
DROP INDEX IF EXISTS `known_devices_user_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `rate_limits_free_at_index`;
--> statement-breakpoint
DROP TABLE `known_devices`;
--> statement-breakpoint
DROP TABLE `rate_limits`;
