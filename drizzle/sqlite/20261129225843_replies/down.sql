-- Proposed by db:generate from the two snapshots. Review it, then delete this line.
DROP INDEX IF EXISTS `posts_unasked_created_at_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `posts_unasked_user_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `posts_answers_user_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `posts_answered_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `posts_parent_id_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `thread_gaps_parent_id_index`;
--> statement-breakpoint
DROP TABLE `thread_gaps`;
--> statement-breakpoint
ALTER TABLE `posts` DROP COLUMN `parent_id`;
--> statement-breakpoint
ALTER TABLE `posts` DROP COLUMN `root_id`;
--> statement-breakpoint
ALTER TABLE `posts` DROP COLUMN `answered_id`;
