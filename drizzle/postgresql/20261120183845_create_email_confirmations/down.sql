DROP TABLE "email_confirmations";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "email_confirmed_at";
