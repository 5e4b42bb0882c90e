DROP TABLE "account_recoveries";
--> statement-breakpoint
DROP TABLE "retired_usernames";
--> statement-breakpoint
DROP TABLE "sign_in_links";
--> statement-breakpoint
DROP INDEX "users_closed_index";
--> statement-breakpoint
ALTER TABLE "sessions" DROP COLUMN "confirmed_at";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "time_zone";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "last_seen_shown";
