DROP TABLE "known_devices";
--> statement-breakpoint
DROP TABLE "rate_limits";
