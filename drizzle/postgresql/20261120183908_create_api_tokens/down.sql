DROP TABLE "api_tokens";
--> statement-breakpoint
DROP TABLE "idempotency_keys";
