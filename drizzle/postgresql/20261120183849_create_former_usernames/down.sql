DROP TABLE "former_usernames";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "closed_at";
