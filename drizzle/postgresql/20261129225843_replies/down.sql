-- Proposed by db:generate from the two snapshots. Review it, then delete this line.
DROP TABLE "thread_gaps";
--> statement-breakpoint
DROP INDEX "posts_unasked_created_at_index";
--> statement-breakpoint
DROP INDEX "posts_unasked_user_id_index";
--> statement-breakpoint
DROP INDEX "posts_answers_user_id_index";
--> statement-breakpoint
DROP INDEX "posts_answered_id_index";
--> statement-breakpoint
DROP INDEX "posts_parent_id_index";
--> statement-breakpoint
ALTER TABLE "posts" DROP COLUMN "parent_id";
--> statement-breakpoint
ALTER TABLE "posts" DROP COLUMN "root_id";
--> statement-breakpoint
ALTER TABLE "posts" DROP COLUMN "answered_id";
