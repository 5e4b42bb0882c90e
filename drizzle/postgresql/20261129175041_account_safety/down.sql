DROP TABLE "account_recoveries";
--> statement-breakpoint
DROP TABLE "retired_usernames";
--> statement-breakpoint
DROP TABLE "sign_in_links";
--> statement-breakpoint
DROP TABLE "sign_ups";
--> statement-breakpoint
ALTER TABLE "sessions" DROP COLUMN "confirmed_at";
