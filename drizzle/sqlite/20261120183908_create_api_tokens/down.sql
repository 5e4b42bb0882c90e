DROP INDEX IF EXISTS `api_tokens_token_hash_unique`;
--> statement-breakpoint
DROP INDEX IF EXISTS `api_tokens_user_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `idempotency_keys_created_at_index`;
--> statement-breakpoint
DROP TABLE `api_tokens`;
--> statement-breakpoint
DROP TABLE `idempotency_keys`;
