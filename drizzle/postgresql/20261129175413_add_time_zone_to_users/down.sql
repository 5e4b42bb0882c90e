-- Notices and times stay as they were put right.
DROP INDEX "users_closed_index";
--> statement-breakpoint
ALTER TABLE "users" DROP COLUMN "time_zone";
