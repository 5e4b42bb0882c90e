-- Proposed by db:generate from the two snapshots. Review it, then delete this line.
DROP INDEX IF EXISTS `posts_answers_created_at_index`;
--> statement-breakpoint
DROP INDEX IF EXISTS `reposts_created_at_index`;
