-- Proposed by db:generate from the two snapshots. Review it, then delete this line.
DROP INDEX IF EXISTS `interrupted_forms_created_at_index`;
--> statement-breakpoint
DROP TABLE `interrupted_forms`;
